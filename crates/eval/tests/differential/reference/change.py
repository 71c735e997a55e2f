"""Change detection by river; each function gives the places of a stream at which a change is told."""

from collections import deque

from river import drift
from river._river_rust.drift import AdaptiveWindowing
from scipy import stats


def adwin(values, every, **parameters):
    """The window that river's ADWIN cuts, going on after a change as the paper does: `drift.ADWIN` itself empties it then.

    With it what the window holds each time that `every` values have come.
    """
    window, found, held = AdaptiveWindowing(**parameters), [], []
    for place, value in enumerate(values):
        if window.update(value):
            found.append(place)
        if place % every == 0:
            held.append([window.get_width(), window.get_total(), window.variance_in_window])
    return [found, held]


def first_of_adwin(values):
    return next(places(drift.ADWIN(), values), None)


def page_hinkley(values, **parameters):
    return list(places(drift.PageHinkley(**parameters), values))


def kswin(values, **parameters):
    """river's KSWIN, going on with the newest values after a change as the paper does: river forgets them."""
    detector, found = drift.KSWIN(seed=1, **parameters), []
    for place, value in enumerate(values):
        detector.update(value)
        if detector.drift_detected:
            found.append(place)
            detector = drift.KSWIN(seed=1, window=list(detector.window), **parameters)
    return found


def kswin_of_all(values, alpha, window_size, stat_size):
    """The same with all older values instead of some, by SciPy's test."""
    window, found = deque(maxlen=window_size), []
    for place, value in enumerate(values):
        window.append(value)
        if len(window) == window_size:
            held = list(window)
            older, newest = held[:-stat_size], held[-stat_size:]
            if stats.ks_2samp(older, newest, method="auto").pvalue <= alpha:
                found.append(place)
                window = deque(newest, maxlen=window_size)
    return found


def places(detector, values):
    for place, value in enumerate(values):
        detector.update(value)
        if detector.drift_detected:
            yield place


FUNCTIONS = {
    "adwin": adwin,
    "first_of_adwin": first_of_adwin,
    "kswin": kswin,
    "kswin_of_all": kswin_of_all,
    "page_hinkley": page_hinkley,
}
