//! Days of the proleptic Gregorian calendar, years 1 to 9999.

use std::fmt;

/// English month names, January first.
pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// A date that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Date {
    year: i64,
    month: i64,
    day: i64,
}

pub(super) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Days in a month (1 to 12); 0 for a month that does not exist.
pub(super) fn month_length(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}

impl Date {
    /// The date, if it exists.
    pub(super) fn new(year: i64, month: i64, day: i64) -> Option<Self> {
        let exists = (1..=9999).contains(&year) && day >= 1 && day <= month_length(year, month);
        exists.then_some(Self { year, month, day })
    }

    /// Days since 1 January of year 1 (day 0).
    pub(super) fn day_number(self) -> i64 {
        let y = self.year - 1;
        let months: i64 = (1..self.month).map(|m| month_length(self.year, m)).sum();
        365 * y + y / 4 - y / 100 + y / 400 + months + self.day - 1
    }

    /// The inverse of [`Date::day_number`].
    pub(super) fn from_day_number(number: i64) -> Option<Self> {
        if !(0..=3_652_058).contains(&number) {
            return None;
        }
        // 400 years have 146 097 days; the estimate is at most one year off.
        let mut year = number * 400 / 146_097 + 1;
        let first = |year: i64| Self { year, month: 1, day: 1 }.day_number();
        while first(year) > number {
            year -= 1;
        }
        while first(year + 1) <= number {
            year += 1;
        }
        let mut left = number - first(year);
        let mut month = 1;
        while left >= month_length(year, month) {
            left -= month_length(year, month);
            month += 1;
        }
        Self::new(year, month, left + 1)
    }

    /// `days` later (or earlier, if negative).
    pub(super) fn plus_days(self, days: i64) -> Option<Self> {
        Self::from_day_number(self.day_number().checked_add(days)?)
    }

    /// `months` later; the 31st becomes the last day of a shorter month.
    pub(super) fn plus_months(self, months: i64) -> Option<Self> {
        let count = (self.year * 12 + self.month - 1).checked_add(months)?;
        let (year, month) = (count.div_euclid(12), count.rem_euclid(12) + 1);
        Self::new(year, month, self.day.min(month_length(year, month)))
    }

    /// "Monday" to "Sunday".
    pub(super) fn weekday(self) -> &'static str {
        // 1 January of year 1 was a Monday.
        let index = usize::try_from(self.day_number().rem_euclid(7)).unwrap_or(0);
        WEEKDAYS.get(index).copied().unwrap_or("Monday")
    }

    /// "29 February 2024".
    pub(super) fn in_words(self) -> String {
        let month = usize::try_from(self.month - 1).ok().and_then(|i| MONTHS.get(i)).copied().unwrap_or_default();
        format!("{} {} {}", self.day, month, self.year)
    }
}

impl fmt::Display for Date {
    /// ISO 8601: "2024-02-29".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(y: i64, m: i64, day: i64) -> Date {
        Date::new(y, m, day).expect("exists")
    }

    #[test]
    fn known_days() {
        assert_eq!(d(1970, 1, 1).day_number(), 719_162);
        assert_eq!(d(1970, 1, 1).weekday(), "Thursday");
        assert_eq!(d(2000, 2, 29).weekday(), "Tuesday");
        assert_eq!(d(2026, 11, 22).weekday(), "Sunday");
        assert_eq!(d(2024, 3, 1).day_number() - d(2024, 2, 1).day_number(), 29);
        assert!(Date::new(1900, 2, 29).is_none() && Date::new(2023, 4, 31).is_none() && Date::new(0, 1, 1).is_none());
    }

    #[test]
    fn every_day_number_comes_back() {
        let mut number = d(1, 1, 1).day_number();
        assert_eq!(number, 0);
        while number < 3_652_059 {
            assert_eq!(Date::from_day_number(number).map(Date::day_number), Some(number));
            number += 97;
        }
        assert_eq!(Date::from_day_number(3_652_058), Some(d(9999, 12, 31)));
        assert!(Date::from_day_number(3_652_059).is_none() && Date::from_day_number(-1).is_none());
        assert!(d(2024, 1, 1).plus_days(i64::MAX).is_none());
    }

    #[test]
    fn months_keep_to_the_end() {
        assert_eq!(d(2024, 1, 31).plus_months(1), Some(d(2024, 2, 29)));
        assert_eq!(d(2024, 3, 15).plus_months(-15), Some(d(2022, 12, 15)));
        assert!(d(2024, 1, 1).plus_months(i64::MAX).is_none());
    }
}
