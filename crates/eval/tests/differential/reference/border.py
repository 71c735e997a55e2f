"""What the tests of the border itself ask for."""


def echo(values):
    return [values, [float.hex(value) for value in values]]


def fail():
    raise ValueError("on purpose")


FUNCTIONS = {"echo": echo, "fail": fail}
