//! Questions about dates: weekdays, days between, days added, leap years, lengths of months.

use super::answer::Answer;
use super::calendar::{is_leap, month_length, Date, MONTHS};
use super::words::{with_number_words, Question, Token};

/// A date in a question and where it stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Found {
    pub date: Date,
    pub start: usize,
    pub end: usize,
}

pub(super) fn answer(question: &Question) -> Option<Answer> {
    let tokens = with_number_words(&question.tokens);
    let found = find(&tokens);
    let weekday = question.has(&["day of the week", "weekday", "what day", "which day", "day of week"]);
    match found.as_slice() {
        [] => leap_year(&tokens, question).or_else(|| length_of_month(&tokens, question)),
        [one] => {
            let shifted = shift(&tokens, one, question);
            match shifted {
                Some(date) if question.has(&["day of the week", "weekday", "day of week"]) => Some(weekday_of(date)),
                Some(date) => Some(Answer::new(
                    date.to_string(),
                    format!("It is {}, {}, which is {date}.", date.weekday(), date.in_words()),
                )),
                None if weekday => Some(weekday_of(one.date)),
                None => None,
            }
        }
        [from, to] => between(from.date, to.date, question),
        _ => None,
    }
}

fn weekday_of(date: Date) -> Answer {
    Answer::new(date.weekday(), format!("{} falls on a {}.", date.in_words(), date.weekday()))
}

fn between(from: Date, to: Date, question: &Question) -> Option<Answer> {
    if question.has(&["earlier", "which date comes first", "comes first", "came first"])
        && !question.has(&["how many", "how much"])
    {
        let first = from.min(to);
        return Some(Answer::new(first.to_string(), format!("The earlier date is {}, {first}.", first.in_words())));
    }
    let asks = question.has(&[
        "how many",
        "number of",
        "days between",
        "difference",
        "how long",
        "count the days",
        "days from",
        "days passed",
        "days elapsed",
    ]);
    if !asks {
        return None;
    }
    let inclusive = question.has(&["inclusive", "including both", "counting both"]);
    let days = (to.day_number() - from.day_number()).abs() + i64::from(inclusive);
    if question.has(&["how many weeks", "number of weeks"]) {
        let (weeks, rest) = (days / 7, days % 7);
        let tail = if rest == 0 { String::new() } else { format!(" and {rest} days") };
        return Some(Answer::new(weeks.to_string(), format!("There are {weeks} full weeks{tail}.")));
    }
    Some(Answer::new(days.to_string(), format!("The number of days is {days}.")))
}

/// "10 days after DATE", "DATE plus 3 weeks", "2 months before DATE".
fn shift(tokens: &[Token], found: &Found, question: &Question) -> Option<Date> {
    let units = |t: &Token| match t.lower.trim_end_matches('s') {
        "day" => Some((1, 0)),
        "week" => Some((7, 0)),
        "fortnight" => Some((14, 0)),
        "month" => Some((0, 1)),
        "year" => Some((0, 12)),
        _ => None,
    };
    let mut amounts = Vec::new();
    for (i, pair) in tokens.windows(2).enumerate() {
        let [count, unit] = pair else { continue };
        let inside = i + 1 >= found.start && i < found.end;
        if let (Some(n), Some(unit), false) = (count.number().and_then(|n| n.to_whole()), units(unit), inside) {
            amounts.push((i64::try_from(n).ok()?, unit));
        }
    }
    if amounts.is_empty() {
        return None;
    }
    let back = question.has(&["before", "prior to", "earlier", "subtract", "minus", "ago"]);
    let forward = question.has(&["after", "from", "later", "add", "plus", "following", "since"]);
    if !back && !forward {
        return None;
    }
    let sign = if back { -1 } else { 1 };
    let mut date = found.date;
    // Months before days, as people count.
    for (n, (_, months)) in &amounts {
        date = date.plus_months(n.checked_mul(*months)?.checked_mul(sign)?)?;
    }
    for (n, (days, _)) in &amounts {
        date = date.plus_days(n.checked_mul(*days)?.checked_mul(sign)?)?;
    }
    Some(date)
}

fn leap_year(tokens: &[Token], question: &Question) -> Option<Answer> {
    let mut years = tokens.iter().filter_map(year);
    let (year, None) = (years.next()?, years.next()) else { return None };
    if question.has(&["leap"]) {
        let leap = is_leap(year);
        return Some(Answer::yes_or_no(leap, format!("{year} is {}a leap year", if leap { "" } else { "not " })));
    }
    let in_year = question.has(&["how many days"]) && !tokens.iter().any(|t| month(t).is_some());
    if in_year && question.has(&["year"]) {
        let days = if is_leap(year) { 366 } else { 365 };
        return Some(Answer::new(days.to_string(), format!("The year {year} has {days} days.")));
    }
    None
}

fn length_of_month(tokens: &[Token], question: &Question) -> Option<Answer> {
    if !question.has(&["how many days", "number of days"]) {
        return None;
    }
    let index = tokens.iter().position(|t| month(t).is_some())?;
    let month_number = month(tokens.get(index)?)?;
    let year = tokens.iter().skip(index + 1).find_map(year);
    let days = match year {
        Some(year) => month_length(year, month_number),
        None if month_number == 2 => return None,
        None => month_length(2023, month_number),
    };
    Some(Answer::new(days.to_string(), format!("That month has {days} days.")))
}

/// All dates in the tokens, in order.
pub(super) fn find(tokens: &[Token]) -> Vec<Found> {
    let mut out = Vec::new();
    let mut start = 0;
    while start < tokens.len() {
        match date_at(tokens.get(start..).unwrap_or_default()) {
            Some((date, used)) => {
                out.push(Found { date, start, end: start + used });
                start += used;
            }
            None => start += 1,
        }
    }
    out
}

fn date_at(tokens: &[Token]) -> Option<(Date, usize)> {
    let number = |i: usize| tokens.get(i).and_then(small);
    let sign = |i: usize, c: char| tokens.get(i).is_some_and(|t| t.is_sign(c));
    let year_at = |i: usize| tokens.get(i).and_then(year);
    // 2024-02-29 or 2024/02/29
    for c in ['-', '/'] {
        if sign(1, c) && sign(3, c) {
            if let Some(date) = year_at(0).and_then(|y| Date::new(y, number(2)?, number(4)?)) {
                return Some((date, 5));
            }
        }
    }
    // 29 February 2024, 29th of February, 2024
    if let Some(day) = number(0) {
        let at = 1 + usize::from(tokens.get(1).is_some_and(|t| t.is("of")));
        let month = month(tokens.get(at)?)?;
        let at = at + 1 + usize::from(sign(at + 1, ',') || tokens.get(at + 1).is_some_and(|t| t.is("of")));
        return Date::new(year_at(at)?, month, day).map(|d| (d, at + 1));
    }
    // February 29, 2024
    let month = month(tokens.first()?)?;
    let at = 1 + usize::from(tokens.get(1).is_some_and(|t| t.is("the")));
    let day = number(at)?;
    let at = at + 1 + usize::from(sign(at + 1, ','));
    Date::new(year_at(at)?, month, day).map(|d| (d, at + 1))
}

fn small(token: &Token) -> Option<i64> {
    token.number()?.to_whole().and_then(|n| i64::try_from(n).ok())
}

/// A year is written with three or four digits and without a comma.
fn year(token: &Token) -> Option<i64> {
    let plain = (3..=4).contains(&token.text.len()) && token.text.bytes().all(|b| b.is_ascii_digit());
    small(token).filter(|y| plain && (1..=9999).contains(y))
}

/// 1 to 12 for a month's name or its first three letters.
fn month(token: &Token) -> Option<i64> {
    let fits = |name: &str| {
        let name = name.to_lowercase();
        token.is(&name)
            || name.get(..3).is_some_and(|short| token.is(short))
            || (name == "september" && token.is("sept"))
    };
    MONTHS.iter().position(|m| fits(m)).and_then(|i| i64::try_from(i + 1).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Option<String> {
        Question::read(text).and_then(|q| answer(&q)).map(|a| a.value)
    }

    #[test]
    fn questions_about_dates() {
        for (text, expected) in [
            ("How many days are there between 2024-02-01 and 2024-03-01?", "29"),
            ("How many days from 1 January 2023 to January 1st, 2024?", "365"),
            ("How many days between March 5, 2024 and the 1st of March 2024?", "4"),
            ("What day of the week was 2000-02-29?", "Tuesday"),
            ("Which weekday is the 22nd of November 2026?", "Sunday"),
            ("What date is 10 days after 2024-02-25?", "2024-03-06"),
            ("What is the date 3 weeks before March 1, 2023?", "2023-02-08"),
            ("Add 45 days to 2023-12-01.", "2024-01-15"),
            ("What date comes 1 month after 31 January 2024?", "2024-02-29"),
            ("What day of the week is 100 days after 2024-01-01?", "Wednesday"),
            ("Is 2100 a leap year?", "No"),
            ("Was the year 2000 a leap year?", "Yes"),
            ("How many days are in February 2024?", "29"),
            ("How many days does April have?", "30"),
            ("How many weeks are between 2024-01-01 and 2024-01-29?", "4"),
            ("How many days are there in the year 2023?", "365"),
        ] {
            assert_eq!(value(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn other_questions_are_left_alone() {
        for text in [
            "What happened on 2024-03-01?",
            "May I have 5 minutes?",
            "2024-02-30 to 2024-13-01, how many days?",
            "How many days are in February?",
        ] {
            assert_eq!(value(text), None, "{text}");
        }
        assert_eq!(value("What date is 99999999999999 days after 2024-01-01?"), None);
        assert_eq!(value("What date is 9000000000000000000 years after 2024-01-01?"), None);
    }
}
