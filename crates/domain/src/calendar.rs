//! Business days by the calendar of the pack.

use jiff::tz::{Offset, TimeZone};
use jiff::{Span, civil};

use crate::Time;
use crate::pack::Calendar;

/// The end of the `days`-th business day after `start`: what is asked for on a Friday and due in one business day is due at
/// the end of Monday. `None` beyond the end of time.
pub fn due(calendar: &Calendar, start: Time, days: u32) -> Option<Time> {
    let zone = TimeZone::fixed(Offset::from_hours(calendar.utc_offset_hours).unwrap_or(Offset::UTC));
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
    fn days_begin_where_the_pack_says() {
        let east = Calendar { utc_offset_hours: 9, ..Calendar::default() };
        check(&east, "2026-11-22T16:00:00Z", 1, "2026-11-24T15:00:00Z");
    }
}
