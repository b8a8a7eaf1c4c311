//! Conversions between units of one kind.

use super::answer::Answer;
use super::expression;
use super::rational::decimal;
use super::words::{with_number_words, Question, Token};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Length,
    Mass,
    Time,
    Volume,
    Area,
    Speed,
    Data,
    Energy,
}

/// Names of a unit and its size in the base unit of its kind (m, kg, s, l, m², m/s, byte, J).
const UNITS: [(Kind, f64, &[&str]); 56] = [
    (Kind::Length, 1.0, &["m", "metre", "meter"]),
    (Kind::Length, 1e3, &["km", "kilometre", "kilometer"]),
    (Kind::Length, 1e-2, &["cm", "centimetre", "centimeter"]),
    (Kind::Length, 1e-3, &["mm", "millimetre", "millimeter"]),
    (Kind::Length, 1e-6, &["µm", "micrometre", "micrometer", "micron"]),
    (Kind::Length, 0.0254, &["in", "inch", "inches"]),
    (Kind::Length, 0.3048, &["ft", "foot", "feet"]),
    (Kind::Length, 0.9144, &["yd", "yard"]),
    (Kind::Length, 1609.344, &["mi", "mile"]),
    (Kind::Length, 1852.0, &["nmi", "nautical mile"]),
    (Kind::Mass, 1.0, &["kg", "kilogram", "kilo", "kilogramme"]),
    (Kind::Mass, 1e-3, &["g", "gram", "gramme"]),
    (Kind::Mass, 1e-6, &["mg", "milligram"]),
    (Kind::Mass, 1e3, &["t", "tonne", "metric ton"]),
    (Kind::Mass, 0.453_592_37, &["lb", "pound"]),
    (Kind::Mass, 0.028_349_523_125, &["oz", "ounce"]),
    (Kind::Mass, 6.350_293_18, &["st", "stone"]),
    (Kind::Time, 1.0, &["s", "second", "sec"]),
    (Kind::Time, 1e-3, &["ms", "millisecond"]),
    (Kind::Time, 60.0, &["min", "minute"]),
    (Kind::Time, 3600.0, &["h", "hour", "hr"]),
    (Kind::Time, 86_400.0, &["d", "day"]),
    (Kind::Time, 604_800.0, &["week", "wk"]),
    (Kind::Time, 1_209_600.0, &["fortnight"]),
    (Kind::Volume, 1.0, &["l", "litre", "liter"]),
    (Kind::Volume, 1e-3, &["ml", "millilitre", "milliliter"]),
    (Kind::Volume, 1e-2, &["cl", "centilitre", "centiliter"]),
    (Kind::Volume, 1e3, &["m3", "m³", "cubic metre", "cubic meter"]),
    (Kind::Volume, 1e-3, &["cm3", "cm³", "cubic centimetre", "cubic centimeter"]),
    (Kind::Volume, 3.785_411_784, &["gal", "gallon", "us gallon"]),
    (Kind::Volume, 0.473_176_473, &["pt", "pint"]),
    (Kind::Volume, 0.946_352_946, &["qt", "quart"]),
    (Kind::Volume, 0.236_588_236_5, &["cup"]),
    (Kind::Area, 1.0, &["m2", "m²", "square metre", "square meter"]),
    (Kind::Area, 1e6, &["km2", "km²", "square kilometre", "square kilometer"]),
    (Kind::Area, 1e-4, &["cm2", "cm²", "square centimetre", "square centimeter"]),
    (Kind::Area, 1e4, &["ha", "hectare"]),
    (Kind::Area, 4_046.856_422_4, &["ac", "acre"]),
    (Kind::Area, 0.092_903_04, &["ft2", "ft²", "square foot", "square feet"]),
    (Kind::Speed, 1.0, &["m/s", "metres per second", "meters per second", "metre per second", "meter per second"]),
    (Kind::Speed, 1.0 / 3.6, &["km/h", "kmh", "kph", "kilometres per hour", "kilometers per hour"]),
    (Kind::Speed, 0.447_04, &["mph", "miles per hour", "mile per hour"]),
    (Kind::Speed, 1852.0 / 3600.0, &["kn", "knot"]),
    (Kind::Data, 0.125, &["bit"]),
    (Kind::Data, 1.0, &["byte", "b"]),
    (Kind::Data, 1e3, &["kb", "kilobyte"]),
    (Kind::Data, 1e6, &["mb", "megabyte"]),
    (Kind::Data, 1e9, &["gb", "gigabyte"]),
    (Kind::Data, 1e12, &["tb", "terabyte"]),
    (Kind::Data, 1024.0, &["kib", "kibibyte"]),
    (Kind::Data, 1_048_576.0, &["mib", "mebibyte"]),
    (Kind::Data, 1_073_741_824.0, &["gib", "gibibyte"]),
    (Kind::Energy, 1.0, &["j", "joule"]),
    (Kind::Energy, 1e3, &["kj", "kilojoule"]),
    (Kind::Energy, 4184.0, &["kcal", "kilocalorie"]),
    (Kind::Energy, 3.6e6, &["kwh", "kilowatt hour"]),
];

/// A unit in a question: which one, and the index after its last token.
type Named = (usize, usize);

pub(super) fn answer(question: &Question) -> Option<Answer> {
    let tokens = with_number_words(&question.tokens);
    temperature(&tokens, question).or_else(|| convert(&tokens, question))
}

fn convert(tokens: &[Token], question: &Question) -> Option<Answer> {
    if !question
        .has(&["convert", "how many", "how much", "what is", "what's", "express", "change", " to ", " in ", "equal"])
    {
        return None;
    }
    // The amount is the number that a unit follows.
    let mut amounts = tokens.iter().enumerate().filter_map(|(i, t)| {
        let n = t.number()?;
        let minus = i > 0 && tokens.get(i - 1).is_some_and(|t| t.is_sign('-'));
        let (unit, end) = unit_at(tokens, i + 1)?;
        Some((if minus { -n.to_f64() } else { n.to_f64() }, unit, i, end))
    });
    let (amount, from, at, end) = amounts.next()?;
    if amounts.next().is_some() || expression::find(tokens).is_some() {
        return None;
    }
    // The target: after "to", "in", "into", "as" behind the amount, or after "how many" before it.
    let target_after = (end..tokens.len())
        .filter(|i| tokens.get(*i).is_some_and(|t| t.is_any(&["to", "in", "into", "as"])))
        .find_map(|i| unit_at(tokens, i + 1));
    let many = (0..at).find(|i| tokens.get(*i).is_some_and(|t| t.is_any(&["many", "much"])));
    let target = target_after.or_else(|| many.and_then(|i| unit_at(tokens, i + 1)))?;
    let ((kind, size, _), (other, target_size, names)) = (UNITS.get(from)?, UNITS.get(target.0)?);
    if kind != other || from == target.0 {
        return None;
    }
    let value = rounded(amount * size / target_size);
    let name = names.iter().find(|n| n.chars().count() > 3).or(names.first())?;
    let plural = match *name {
        "foot" => "feet".to_owned(),
        "inch" => "inches".to_owned(),
        name if name.ends_with('s') || name.contains(" per ") => name.to_owned(),
        name => format!("{name}s"),
    };
    Some(Answer::new(value.clone(), format!("The answer in {plural} is {value}.")))
}

fn temperature(tokens: &[Token], question: &Question) -> Option<Answer> {
    let scale = |t: &Token| match t.lower.as_str() {
        "c" | "celsius" | "centigrade" => Some('C'),
        "f" | "fahrenheit" => Some('F'),
        "k" | "kelvin" | "kelvins" => Some('K'),
        _ => None,
    };
    if !question.has(&["°", "degree", "celsius", "fahrenheit", "kelvin"]) {
        return None;
    }
    let at = tokens.iter().position(|t| t.number().is_some())?;
    let minus = at > 0 && tokens.get(at - 1).is_some_and(|t| t.is_sign('-'));
    let number = tokens.get(at)?.number()?.to_f64();
    let number = if minus { -number } else { number };
    let mut scales = tokens
        .iter()
        .enumerate()
        .filter(|(_, t)| t.kind == super::words::Kind::Word)
        .filter_map(|(i, t)| Some((i, scale(t)?)));
    let (first, second) = (scales.next()?, scales.next()?);
    // The amount's own scale is the first one behind it.
    let (from, to) = if first.0 > at { (first.1, second.1) } else { (second.1, first.1) };
    let celsius = match from {
        'F' => (number - 32.0) / 1.8,
        'K' => number - 273.15,
        _ => number,
    };
    let value = match to {
        'F' => celsius * 1.8 + 32.0,
        'K' => celsius + 273.15,
        _ => celsius,
    };
    let value = rounded(value);
    let name = match to {
        'F' => "degrees Fahrenheit",
        'K' => "kelvins",
        _ => "degrees Celsius",
    };
    Some(Answer::new(value.clone(), format!("The answer in {name} is {value}.")))
}

/// The unit whose name begins at `at`, the longest if several do.
fn unit_at(tokens: &[Token], at: usize) -> Option<Named> {
    (1..=3).rev().find_map(|width| {
        let window = tokens.get(at..at + width)?;
        let text = window.iter().map(|t| t.lower.as_str()).collect::<Vec<_>>().join(" ").replace(" / ", "/");
        let fits = |name: &str| text == name || (name.len() > 2 && text.strip_suffix('s') == Some(name));
        UNITS.iter().position(|(_, _, names)| names.iter().any(|n| fits(n))).map(|i| (i, at + width))
    })
}

/// Hides the last digits, which binary fractions get wrong.
fn rounded(x: f64) -> String {
    if x.abs() >= 1e-3 || x == 0.0 {
        return decimal(x);
    }
    format!("{x:.6e}").replace("000000e", "0e")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Option<String> {
        Question::read(text).and_then(|q| answer(&q)).map(|a| a.value)
    }

    #[test]
    fn units_are_converted() {
        for (text, expected) in [
            ("Convert 5 km to metres.", "5000"),
            ("How many centimeters are in 2.5 meters?", "250"),
            ("What is 10 miles in kilometres?", "16.09344"),
            ("How many minutes are there in 3 hours?", "180"),
            ("Convert 100 °F to Celsius", "37.777778"),
            ("What is -40 degrees Celsius in Fahrenheit?", "-40"),
            ("How many degrees Fahrenheit is 100 degrees Celsius?", "212"),
            ("Convert 72 km/h to m/s", "20"),
            ("Express 3 kilograms in grams", "3000"),
            ("Convert 12 inches to cm", "30.48"),
            ("how many seconds in two days", "172800"),
            ("Convert 2 gallons to litres", "7.570824"),
            ("How many bytes are 4 KiB?", "4096"),
            ("What is 300 kelvin in degrees celsius?", "26.85"),
        ] {
            assert_eq!(value(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn other_questions_are_left_alone() {
        for text in [
            "How many kilograms are in 5 metres?",
            "I walked 5 km to school",
            "What is a mile?",
            "Convert 5 to metres",
            "2 m + 3 m in cm",
        ] {
            assert_eq!(value(text), None, "{text}");
        }
    }
}
