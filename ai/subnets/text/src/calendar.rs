//! Days of the Gregorian calendar, for tasks about dates.

/// A date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// Year, 1 to 9999.
    pub year: i64,
    /// Month, 1 to 12.
    pub month: i64,
    /// Day of the month, from 1.
    pub day: i64,
}

/// English names, January first.
pub const MONTHS: [&str; 12] = [
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

/// English names, Monday first.
pub const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Days of a month; 0 if there is no such month.
fn length(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i64::from(leap),
        1..=12 => 31,
        _ => 0,
    }
}

impl Date {
    /// The date, if the calendar has it.
    pub fn new(year: i64, month: i64, day: i64) -> Option<Self> {
        ((1..=9999).contains(&year) && (1..=length(year, month)).contains(&day)).then_some(Self { year, month, day })
    }

    /// Days since the last day before year 1: 1 January 1 is day 1, a Monday.
    pub fn ordinal(&self) -> i64 {
        let before = self.year - 1;
        let months: i64 = (1..self.month).map(|month| length(self.year, month)).sum();
        before * 365 + before / 4 - before / 100 + before / 400 + months + self.day
    }

    /// The date `days` later, by stepping through months (tasks stay within a year or two).
    pub fn later(&self, days: i64) -> Self {
        let mut date = Self { day: self.day + days, ..*self };
        while date.day > length(date.year, date.month) {
            date.day -= length(date.year, date.month);
            date.month += 1;
            if date.month > 12 {
                date.month = 1;
                date.year += 1;
            }
        }
        date
    }

    /// Index into [`WEEKDAYS`].
    pub fn weekday(&self) -> usize {
        usize::try_from((self.ordinal() - 1).rem_euclid(7)).unwrap_or(0)
    }

    /// "5 March 2021".
    pub fn long(&self) -> String {
        format!("{} {} {}", self.day, self.month_name(), self.year)
    }

    /// "March 5, 2021".
    pub fn american(&self) -> String {
        format!("{} {}, {}", self.month_name(), self.day, self.year)
    }

    /// "2021-03-05".
    pub fn iso(&self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }

    fn month_name(&self) -> &'static str {
        usize::try_from(self.month - 1).ok().and_then(|index| MONTHS.get(index)).copied().unwrap_or("January")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_days() {
        let day = |year, month, day| Date::new(year, month, day).expect("exists");
        assert_eq!(WEEKDAYS[day(1, 1, 1).weekday()], "Monday");
        assert_eq!(WEEKDAYS[day(1969, 7, 20).weekday()], "Sunday");
        assert_eq!(WEEKDAYS[day(2000, 2, 29).weekday()], "Tuesday");
        assert_eq!(day(2024, 2, 1).later(29), day(2024, 3, 1));
        assert_eq!(day(2023, 12, 31).later(366), day(2024, 12, 31));
        assert_eq!(day(2024, 3, 1).ordinal() - day(2023, 3, 1).ordinal(), 366);
        assert!(Date::new(2023, 2, 29).is_none() && Date::new(2023, 13, 1).is_none());
    }
}
