"""Takes from this process, for good, the system calls by which it could reach what Landlock leaves open: what is known
of a file, sockets with a name in the file system, shared memory, other processes, programs, and the kernel itself.

A filter runs in the kernel before each call (seccomp). It refuses by name what Linux had in 2019, and takes everything
younger for missing, which every library must be able to do without.

https://docs.kernel.org/userspace-api/seccomp_filter.html; numbers: `syscall_64.tbl` (x86_64) and `unistd.h` (generic).
"""

import ctypes
import errno
import os
import struct
import sys
from collections.abc import Iterator
from typing import NamedTuple

MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
"""What the kernel calls them."""

REFUSED = """
truncate 76 45  ftruncate 77 46  fallocate 285 47  creat 85 -  chmod 90 -  fchmod 91 52  fchmodat 268 53  chown 92 -
fchown 93 55  lchown 94 -  fchownat 260 54  utime 132 -  utimes 235 -  futimesat 261 -  utimensat 280 88
setxattr 188 5  lsetxattr 189 6  fsetxattr 190 7  removexattr 197 14  lremovexattr 198 15  fremovexattr 199 16
rename 82 -  renameat 264 38  renameat2 316 276  mkdir 83 -  mkdirat 258 34  rmdir 84 -  link 86 -  linkat 265 37
unlink 87 -  unlinkat 263 35  symlink 88 -  symlinkat 266 36  mknod 133 -  mknodat 259 33  open_by_handle_at 304 265
inotify_add_watch 254 27  fanotify_init 300 262  fanotify_mark 301 263  quotactl 179 60  acct 163 89  swapon 167 224
swapoff 168 225

socket 41 198  socketpair 53 199  bind 49 200  listen 50 201  accept 43 202  accept4 288 242  connect 42 203
getsockname 51 204  getpeername 52 205  sendto 44 206  recvfrom 45 207  sendmsg 46 211  recvmsg 47 212
sendmmsg 307 269  recvmmsg 299 243  setsockopt 54 208  getsockopt 55 209  shutdown 48 210  shmget 29 194  shmat 30 196
shmctl 31 195  semget 64 190  semop 65 193  semtimedop 220 192  semctl 66 191  msgget 68 186  msgsnd 69 189
msgrcv 70 188  msgctl 71 187  mq_open 240 180  mq_unlink 241 181  mq_timedsend 242 182  mq_timedreceive 243 183
mq_notify 244 184  mq_getsetattr 245 185

fork 57 -  vfork 58 -  execve 59 221  execveat 322 281  kill 62 129  tkill 200 130  rt_sigqueueinfo 129 138
rt_tgsigqueueinfo 297 240  ptrace 101 117  process_vm_readv 310 270  process_vm_writev 311 271  kcmp 312 272
setpgid 109 154  setsid 112 157  setpriority 141 140  ioprio_set 251 30  sched_setparam 142 118
sched_setscheduler 144 119  sched_setaffinity 203 122  sched_setattr 314 274  migrate_pages 256 238
move_pages 279 239

unshare 272 97  setns 308 268  chroot 161 51  pivot_root 155 41  mount 165 40  umount2 166 39  bpf 321 280
perf_event_open 298 241  userfaultfd 323 282  add_key 248 217  request_key 249 218  keyctl 250 219
init_module 175 105  finit_module 313 273  delete_module 176 106  kexec_load 246 104  kexec_file_load 320 294
reboot 169 142  sethostname 170 161  setdomainname 171 162  settimeofday 164 170  clock_settime 227 112
adjtimex 159 171  clock_adjtime 305 266  syslog 103 116  personality 135 92  iopl 172 -  ioperm 173 -
modify_ldt 154 -  vhangup 153 58  io_setup 206 0  io_submit 209 2
"""
"""Each with its numbers on x86_64 and aarch64: what changes a file or a folder; what talks; what reaches another
process or program; what is the system's."""
YOUNG = 424
"""The first number of Linux 5.1, the same everywhere: io_uring, pidfd_*, clone3, the new ways to mount and so on; and
above them all, on x86_64, those of the x32 ABI."""

_THREAD = 0x00010000
_NOT_FOR_READING = os.O_ACCMODE | os.O_CREAT | os.O_TRUNC
_F_SETOWN, _F_SETSIG, _F_SETOWN_EX = 8, 10, 15
_PR_SET_PDEATHSIG = 1
_SET_SECCOMP, _FILTER = 22, 2

_LOAD, _IS, _FROM, _HAS, _END = 0x20, 0x15, 0x35, 0x45, 0x06
"""What a step of a filter does: load a word of the call, compare it (equal, at least, any of these bits), end."""
_NUMBER, _MACHINE, _ARGUMENTS = 0, 4, 16
"""Where these words of a call are; an argument has two, the lower one first."""
_PASS = 0x7FFF0000
_STEP = struct.Struct("=HBBI")


class Judged(NamedTuple):
    """A call that passes by one of its arguments: if the `test` with any of `values` comes out as `passes`."""

    x86_64: int | None
    aarch64: int | None
    argument: int
    test: int
    values: tuple[int, ...]
    passes: bool


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def refuse_calls(kernel: ctypes.CDLL) -> bool:
    """From now on, in this thread and those it begins; it must not gain privileges any more. Whether it was done; why
    not is in ctypes' errno."""
    machine = os.uname().machine
    if machine not in MACHINES or sys.maxsize < 1 << 32:
        ctypes.set_errno(errno.ENOSYS)
        return False
    steps = b"".join(_STEP.pack(*step) for step in _steps(machine))
    program = _Program(len(steps) // _STEP.size, steps)
    return bool(kernel.prctl(_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0) == 0)


def _judged() -> tuple[Judged, ...]:
    return (
        Judged(2, None, 1, _HAS, (_NOT_FOR_READING,), passes=False),  # open
        Judged(257, 56, 2, _HAS, (_NOT_FOR_READING,), passes=False),  # openat
        Judged(56, 220, 0, _HAS, (_THREAD,), passes=True),  # clone: threads, and no processes
        Judged(72, 25, 1, _IS, (_F_SETOWN, _F_SETSIG, _F_SETOWN_EX), passes=False),  # fcntl: a signal for another
        Judged(157, 167, 0, _IS, (_PR_SET_PDEATHSIG,), passes=False),  # prctl: it ends with the terminal
        Judged(234, 131, 0, _IS, (os.getpid(),), passes=True),  # tgkill: abort() signals itself
        Judged(302, 261, 0, _IS, (0,), passes=True),  # prlimit64: its own limits
    )


_IOCTL = {"x86_64": 16, "aarch64": 29}
"""Python asks by it for terminals, and takes "this is none" for an answer."""

Step = tuple[int, int, int, int]
"""What it does, how many steps to skip if so and if not, and its operand."""


def _steps(machine: str) -> Iterator[Step]:
    yield _LOAD, 0, 0, _MACHINE
    yield _IS, 1, 0, MACHINES[machine]  # another one's calls have other numbers
    yield _refusal(errno.EPERM)
    yield _LOAD, 0, 0, _NUMBER
    yield _FROM, 0, 1, YOUNG
    yield _refusal(errno.ENOSYS)
    yield _IS, 0, 1, _IOCTL[machine]
    yield _refusal(errno.ENOTTY)
    for number in refused(machine).values():
        yield _IS, 0, 1, number
        yield _refusal(errno.EPERM)
    for call in _judged():
        its = call.x86_64 if machine == "x86_64" else call.aarch64
        if its is not None:
            yield from _judging(call, its)
    yield _END, 0, 0, _PASS


def _judging(call: Judged, number: int) -> Iterator[Step]:
    tests = len(call.values)
    yield _IS, 0, tests + 3, number
    yield _LOAD, 0, 0, _ARGUMENTS + 8 * call.argument
    for left, value in zip(range(tests, 0, -1), call.values, strict=True):
        yield call.test, left, 0, value
    ends: list[Step] = [_refusal(errno.EPERM), (_END, 0, 0, _PASS)]
    yield from ends if call.passes else reversed(ends)


def refused(machine: str) -> dict[str, int]:
    """The calls that are refused whatever their arguments are, with their numbers."""
    words = REFUSED.split()
    numbers = words[1::3] if machine == "x86_64" else words[2::3]
    return {name: int(number) for name, number in zip(words[::3], numbers, strict=True) if number != "-"}


def _refusal(error: int) -> Step:
    return _END, 0, 0, 0x00050000 | error
