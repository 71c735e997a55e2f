//! Days and months by the calendar of the pack.

use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Span, civil};

use crate::Time;
use crate::pack::Calendar;

/// Days have 24 hours here: the calendar of a pack has a fixed offset.
const HALF_A_DAY: SignedDuration = SignedDuration::from_hours(12);

/// The end of the `days`-th business day after `start`: what is asked for on a Friday and due in one business day is due at
/// the end of Monday. `None` beyond the end of time.
pub fn due(calendar: &Calendar, start: Time, days: u32) -> Option<Time> {
    let zone = zone(calendar);
    let mut date = start.to_zoned(zone.clone()).date();
    let mut left = days;
    while left > 0 {
        date = date.tomorrow().ok()?;
        if is_business_day(calendar, date) {
            left = left.saturating_sub(1);
        }
    }
    let end = date.checked_add(Span::new().days(1)).ok()?;
    end.to_zoned(zone).ok().map(|zoned| zoned.timestamp())
}

/// When half of that many business days after `start` are over: the end of a business day, or noon of one where their number
/// is odd. `None` beyond the end of time.
pub fn half_way(calendar: &Calendar, start: Time, days: u32) -> Option<Time> {
    let end = due(calendar, start, days.div_ceil(2))?;
    if days.is_multiple_of(2) { Some(end) } else { end.checked_sub(HALF_A_DAY).ok() }
}

/// The month of a time, `YYYY-MM`.
pub fn month(calendar: &Calendar, time: Time) -> String {
    let date = time.to_zoned(zone(calendar)).date();
    format!("{:04}-{:02}", date.year(), date.month())
}

/// The month of that name: its first day. `None` for what is no month, `YYYY-MM`.
pub fn first_of_month(month: &str) -> Option<civil::Date> {
    let (year, month_of_year) = month.split_once('-')?;
    let is_number = |text: &str, len| text.len() == len && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(year, 4) || !is_number(month_of_year, 2) {
        return None;
    }
    civil::Date::new(year.parse().ok()?, month_of_year.parse().ok()?, 1).ok()
}

/// When the month that begins on that day begins, and when the next one does.
pub fn month_bounds(calendar: &Calendar, first: civil::Date) -> Option<(Time, Time)> {
    let next = first.checked_add(Span::new().months(1)).ok()?;
    Some((midnight(calendar, first)?, midnight(calendar, next)?))
}

/// When a day begins.
pub fn midnight(calendar: &Calendar, date: civil::Date) -> Option<Time> {
    date.to_zoned(zone(calendar)).ok().map(|zoned| zoned.timestamp())
}

fn zone(calendar: &Calendar) -> TimeZone {
    TimeZone::fixed(Offset::from_hours(calendar.utc_offset_hours).unwrap_or(Offset::UTC))
}

fn is_business_day(calendar: &Calendar, date: civil::Date) -> bool {
    !calendar.weekend.contains(&date.weekday().to_monday_one_offset()) && !calendar.holidays.contains(&date)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(calendar: &Calendar, start: &str, days: u32, expect: &str) {
        let due = due(calendar, start.parse().unwrap(), days).unwrap();
        assert_eq!(due.to_string(), expect, "{start} + {days}");
    }

    #[test]
    fn weekends_and_holidays_do_not_count() {
        let plain = Calendar::default();
        check(&plain, "2026-11-20T15:00:00Z", 1, "2026-11-24T00:00:00Z");
        check(&plain, "2026-11-20T15:00:00Z", 3, "2026-11-26T00:00:00Z");
        check(&plain, "2026-11-21T15:00:00Z", 1, "2026-11-24T00:00:00Z");
        let holiday = Calendar { holidays: vec![civil::date(2026, 11, 23)], ..Calendar::default() };
        check(&holiday, "2026-11-20T15:00:00Z", 1, "2026-11-25T00:00:00Z");
    }

    #[test]
    fn half_of_an_odd_number_of_days_ends_at_noon() {
        let plain = Calendar::default();
        let check = |start: &str, days, expect: &str| {
            let half = half_way(&plain, start.parse().unwrap(), days).unwrap();
            assert_eq!(half.to_string(), expect, "{start} + {days} / 2");
        };
        // A Friday, of which the rest does not count.
        check("2026-11-20T15:00:00Z", 1, "2026-11-23T12:00:00Z");
        check("2026-11-20T15:00:00Z", 2, "2026-11-24T00:00:00Z");
        check("2026-11-20T15:00:00Z", 3, "2026-11-24T12:00:00Z");
        check("2026-11-20T15:00:00Z", 0, "2026-11-21T00:00:00Z");
    }

    #[test]
    fn months_are_those_of_the_pack() {
        let east = Calendar { utc_offset_hours: 9, ..Calendar::default() };
        let time: Time = "2026-11-30T15:00:00Z".parse().unwrap();
        assert_eq!(month(&Calendar::default(), time), "2026-11");
        assert_eq!(month(&east, time), "2026-12");
        let first = first_of_month("2026-12").unwrap();
        let (from, until) = month_bounds(&east, first).unwrap();
        assert_eq!((from, until.to_string().as_str()), (time, "2026-12-31T15:00:00Z"));
        for wrong in ["2026-13", "2026-1", "2026", "x-01", "+026-01", "2026-12-01", "0000-00"] {
            assert_eq!(first_of_month(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn days_begin_where_the_pack_says() {
        let east = Calendar { utc_offset_hours: 9, ..Calendar::default() };
        check(&east, "2026-11-22T16:00:00Z", 1, "2026-11-24T15:00:00Z");
    }
}
