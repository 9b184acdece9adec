"""The on-screen keyboard: layouts, the pinyin table and what is being typed. Pure: no Qt, no clock, nothing learned."""
