//! Python's texts of values, and hashes over them.

use ganglion_wire::classic::{body_hash, parse, parse_object, python_str, Value};

#[test]
fn texts_are_those_of_python() {
    // Each right side is what Python 3.11 prints for `str(json.loads(left))`.
    for (json, text) in [
        (r#""it's""#, "it's"),
        ("null", "None"),
        ("true", "True"),
        ("[true, false, null]", "[True, False, None]"),
        ("-0", "0"),
        ("-0.0", "-0.0"),
        ("1.0", "1.0"),
        ("1.5", "1.5"),
        ("100000", "100000"),
        ("1e5", "100000.0"),
        ("1e-7", "1e-07"),
        ("0.0001", "0.0001"),
        ("0.00001", "1e-05"),
        ("1e15", "1000000000000000.0"),
        ("1e16", "1e+16"),
        ("123456789012345680.0", "1.2345678901234568e+17"),
        ("9007199254740993.0", "9007199254740992.0"),
        ("5e-324", "5e-324"),
        ("1.7976931348623157e308", "1.7976931348623157e+308"),
        ("0.1", "0.1"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        (r#"["a", "b'c", "d\"e", "f'\"g"]"#, r#"['a', "b'c", 'd"e', 'f\'"g']"#),
        (r#"["\n\t\r\\\u0000\u007f\u00a0\u00ad"]"#, r"['\n\t\r\\\x00\x7f\xa0\xad']"),
        (r#"["h\u00e9\u6f22\ud83d\ude00"]"#, "['hé漢😀']"),
        (r#"["\u200b\u2028\ue000\udb40\udc01"]"#, r"['\u200b\u2028\ue000\U000e0001']"),
        (r#"{"k": 1, "a": [1.5, {}], "": []}"#, "{'k': 1, 'a': [1.5, {}], '': []}"),
        ("[]", "[]"),
    ] {
        assert_eq!(python_str(&parse(json).unwrap()), text, "{json}");
    }
}

#[test]
fn what_is_not_json_is_not_read() {
    for json in [
        "",
        " ",
        "nul",
        "True",
        "NaN",
        "Infinity",
        "-",
        "01",
        "1.",
        ".5",
        "1e",
        "+1",
        "0x10",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{\"a\"}",
        "{\"a\":}",
        "{a:1}",
        "{\"a\":1,}",
        "\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\ud800\"",
        "\"\\ud800\\u0041\"",
        "\"\\udc00\"",
        "\"a\nb\"",
        "1 1",
        "1e400",
        "{\"a\":1,\"a\":2}",
        "[{\"a\":1,\"a\":1}]",
    ] {
        assert!(parse(json).is_err(), "{json}");
    }
    // Bounds on depth, number of values and digits.
    assert!(parse(&format!("{}{}", "[".repeat(1000), "]".repeat(1000))).is_err());
    assert!(parse(&"[".repeat(1 << 20)).is_err());
    assert!(parse(&format!("[{}0]", "0,".repeat(1 << 18))).is_err());
    assert!(parse(&"9".repeat(5000)).is_err());
}

#[test]
fn hashes_are_those_of_python() {
    assert_eq!(body_hash([]), "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a");
    // The captured answers' request: text "hi", count 2, items ["a", "b"].
    let values = [
        Value::Text("hi".into()),
        Value::Int("2".into()),
        Value::List(vec![Value::Text("a".into()), Value::Text("b".into())]),
    ];
    assert_eq!(body_hash(&values), "92e4806c6cacc1e2fd24f02379f65886a915f6c9f8eaa48b95d8a209f84e0e61");
}

#[test]
fn members_keep_their_text_and_order() {
    let members = parse_object(" {\"b\" : [1, 2.50] , \"a\":\"\\u0041\"} ").unwrap();
    let seen: Vec<(&str, &str)> = members.iter().map(|member| (member.name.as_str(), member.raw)).collect();
    assert_eq!(seen, [("b", "[1, 2.50]"), ("a", "\"\\u0041\"")]);
    for json in ["[]", "1", "{\"a\":1,\"a\":1}", "{}{}"] {
        assert!(parse_object(json).is_err(), "{json}");
    }
}
