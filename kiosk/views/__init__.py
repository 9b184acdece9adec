"""What journeys show and ask: frozen values and message keys, never sentences, no Qt.

A view class is drawn by the screen of the same name (`EnterAccount` by `screens/EnterAccount.qml`, or by the screen
that an outside journey brings). Each field becomes one `required property` of that screen.
"""
