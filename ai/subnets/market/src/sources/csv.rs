//! Files of candles (open, high, low, close, volume), as exchanges publish them.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use crate::history::{Archive, ArchiveError, Quote, MOST};
use crate::horizon::Asset;

/// Longest file, bytes.
const MOST_BYTES: u64 = 512 << 20;
/// Lines before the one that names the columns.
const MOST_PREAMBLE: usize = 16;
/// Longest line, bytes.
const MOST_LINE: usize = 4_096;

/// Why a file can't be used.
#[derive(Debug, thiserror::Error)]
pub enum CsvError {
    /// It can't be read.
    #[error("the prices can't be read: {0}")]
    Io(#[from] std::io::Error),
    /// No line names the columns.
    #[error("no line among the first 16 names a column date (or time, timestamp) and a column close")]
    Header,
    /// A line isn't what the columns say.
    #[error("line {0}: {1}")]
    Line(usize, &'static str),
    /// It is too long.
    #[error("the file has more than four million lines or 512 MiB")]
    Length,
    /// There are too few lines to see how far apart they are.
    #[error("there are fewer than three prices")]
    Few,
    /// The candles aren't prices in order.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
}

/// Reads the closing prices of a file, in whichever order its lines are. The step is the shortest time between two.
///
/// Candles are stamped with the time at which they begin; what they close with is known a step later, and that is the time
/// that its price gets here.
///
/// # Errors
/// See [`CsvError`].
pub fn read(path: &Path, asset: Asset) -> Result<Archive, CsvError> {
    let file = File::open(path)?;
    if file.metadata()?.len() > MOST_BYTES {
        return Err(CsvError::Length);
    }
    parse(BufReader::new(file.take(MOST_BYTES)), asset)
}

/// [`read`], from anything.
///
/// # Errors
/// See [`CsvError`].
pub fn parse(mut input: impl BufRead, asset: Asset) -> Result<Archive, CsvError> {
    let mut columns = None;
    let mut quotes = Vec::new();
    let mut line = String::new();
    for number in 1.. {
        line.clear();
        if input.by_ref().take(MOST_LINE as u64).read_line(&mut line)? == 0 {
            break;
        }
        let fields: Vec<&str> = line.trim().trim_start_matches('\u{feff}').split([',', ';', '\t']).collect();
        match columns {
            None if number > MOST_PREAMBLE => return Err(CsvError::Header),
            None => columns = Columns::named(&fields),
            Some(_) if line.trim().is_empty() => {}
            Some(columns) => quotes.push(quote(columns, &fields, number)?),
        }
        if quotes.len() > MOST {
            return Err(CsvError::Length);
        }
    }
    columns.ok_or(CsvError::Header)?;
    archive(quotes, asset)
}

/// Where the columns are.
#[derive(Clone, Copy)]
struct Columns {
    date: usize,
    close: usize,
}

impl Columns {
    fn named(fields: &[&str]) -> Option<Self> {
        let place = |names: &[&str]| {
            let is = |field: &&str| names.contains(&field.trim().trim_matches('"').to_ascii_lowercase().as_str());
            fields.iter().position(is)
        };
        Some(Self { date: place(&["date", "time", "timestamp", "datetime", "unix"])?, close: place(&["close"])? })
    }
}

fn quote(columns: Columns, fields: &[&str], number: usize) -> Result<Quote, CsvError> {
    let field = |place: usize| fields.get(place).map(|field| field.trim().trim_matches('"'));
    let time = field(columns.date).and_then(seconds).ok_or(CsvError::Line(number, "the date can't be read"))?;
    let price = field(columns.close).and_then(|text| text.parse::<f64>().ok());
    let price = price.filter(|price| price.is_finite() && *price > 0.0);
    Ok(Quote { time, price: price.ok_or(CsvError::Line(number, "the closing price is not a number above 0"))? })
}

/// Puts the candles in order, and each close at the time at which it was known.
fn archive(mut quotes: Vec<Quote>, asset: Asset) -> Result<Archive, CsvError> {
    quotes.sort_by_key(|quote| quote.time);
    let gaps = quotes.windows(2).map(|two| two[1].time - two[0].time);
    let step = gaps.filter(|gap| *gap > 0).min().filter(|_| quotes.len() > 2).ok_or(CsvError::Few)?;
    quotes.iter_mut().for_each(|quote| quote.time = quote.time.saturating_add(step));
    Ok(Archive::new(asset, u32::try_from(step).map_err(|_| CsvError::Few)?, quotes)?)
}

/// The seconds since 1970 of `2017-07-01 11:00[:00]`, `2017-07-01T11:00:00Z`, `2017-07-01 11-AM`, `2017-07-01`, or of a
/// count of seconds or milliseconds. All times are UTC.
fn seconds(text: &str) -> Option<u64> {
    if let Ok(count) = text.parse::<f64>() {
        let count = if count > 1e11 { count / 1e3 } else { count };
        return (0.0..1e11).contains(&count).then_some(count as u64);
    }
    let (date, time) = text.split_once([' ', 'T']).unwrap_or((text, "00:00"));
    let mut parts = date.split('-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() || !(1970..3000).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day)
    {
        return None;
    }
    let days = u64::try_from(days_since_1970(year, month, day)).ok()?;
    Some(days * 86_400 + of_day(time.trim())?)
}

/// Seconds into the day of `11:00:00`, `11:00`, `11:00:00Z`, `11:00:00+00:00`, `11-AM`.
fn of_day(text: &str) -> Option<u64> {
    let text = text.trim_end_matches("UTC").trim_end().trim_end_matches('Z').trim_end_matches("+00:00");
    if let Some((hour, half)) = text.split_once('-') {
        let hour = hour.parse::<u64>().ok().filter(|hour| (1..=12).contains(hour))? % 12;
        return match half.to_ascii_uppercase().as_str() {
            "AM" => Some(hour * 3600),
            "PM" => Some((hour + 12) * 3600),
            _ => None,
        };
    }
    let mut parts = text.split(':');
    let mut next = |most: u64| match parts.next() {
        Some(part) => part.split('.').next()?.parse::<u64>().ok().filter(|value| *value < most),
        None => Some(0),
    };
    let (hour, minute, second) = (next(24)?, next(60)?, next(60)?);
    parts.next().is_none().then_some(hour * 3600 + minute * 60 + second)
}

/// Days from 1 January 1970 to a date of the Gregorian calendar, counting years from March so that the leap day is last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let from_march = (month + 9) % 12;
    let in_year = (153 * from_march + 2) / 5 + day - 1;
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    // 719 468 days lie between 1 March of the year 0 and 1970.
    365 * year + leap_days + in_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_every_kind() {
        let right = 1_498_906_800;
        for text in [
            "2017-07-01 11:00:00",
            "2017-07-01 11:00",
            "2017-07-01T11:00:00Z",
            "2017-07-01 11-AM",
            "1498906800",
            "1498906800000",
        ] {
            assert_eq!(seconds(text), Some(right), "{text}");
        }
        assert_eq!(seconds("2017-07-01 12-PM"), Some(right + 3600));
        assert_eq!(seconds("2017-07-01 12-AM"), Some(right - 11 * 3600));
        assert_eq!(
            (seconds("1970-01-01"), seconds("2000-03-01"), seconds("2024-02-29")),
            (Some(0), Some(951_868_800), Some(1_709_164_800))
        );
        for bad in
            ["", "x", "2017-13-01", "2017-07-01-02", "2017-07-01 25:00", "2017-07-01 13-AM", "-5", "1e300", "nan"]
        {
            assert_eq!(seconds(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_file_of_an_exchange_newest_first_with_a_line_of_advertising() {
        let text = "https://example.invalid\nDate,Symbol,Open,High,Low,Close,Volume\n\
                    2017-07-01 01-PM,BTCUSD,1,1,1,3.5,9\n2017-07-01 12-PM,BTCUSD,1,1,1,2.5,9\n\
                    2017-07-01 11-AM,BTCUSD,1,1,1,1.5,9\n";
        let found = parse(text.as_bytes(), Asset::btc()).expect("prices");
        assert_eq!((found.step(), found.times().count()), (3600, 3));
        // The candle of eleven closes at twelve.
        let noon = 1_498_906_800 + 3600;
        assert_eq!(found.past(noon).quotes(), [Quote { time: noon, price: 1.5 }]);
    }

    #[test]
    fn what_is_no_file_of_prices_is_refused() {
        let read = |text: &str| parse(text.as_bytes(), Asset::btc());
        assert!(matches!(read(""), Err(CsvError::Header)));
        assert!(matches!(read(&"x\n".repeat(40)), Err(CsvError::Header)));
        assert!(matches!(read("date,close\n"), Err(CsvError::Few)));
        assert!(matches!(read("date,close\n2017-07-01,x\n"), Err(CsvError::Line(2, _))));
        assert!(matches!(read("date,close\n2017-07-01,-1\n"), Err(CsvError::Line(2, _))));
        assert!(matches!(read("date,close\n2017-07-01\n"), Err(CsvError::Line(2, _))));
        let twice = "date,close\n2017-07-01,1\n2017-07-01,1\n2017-07-02,1\n";
        assert!(matches!(read(twice), Err(CsvError::Archive(ArchiveError::Order(_)))));
        assert!(matches!(read(&format!("date,close\n{}", "9".repeat(100_000))), Err(CsvError::Line(2, _))));
        let bytes: &[u8] = b"date,close\n\xff\xfe,1\n";
        assert!(matches!(parse(bytes, Asset::btc()), Err(CsvError::Io(_))));
    }
}
