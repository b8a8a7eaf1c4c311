//! Stop texts: where a user wants an answer to end.

/// Ends a text at the first stop, however the text comes in pieces. What may yet become a stop is held back.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cutter {
    stops: Vec<String>,
    held: String,
}

impl Cutter {
    pub(crate) fn new(stops: &[String]) -> Self {
        Self { stops: stops.iter().filter(|stop| !stop.is_empty()).cloned().collect(), held: String::new() }
    }

    /// Takes a piece; what can be passed on, and whether that was the end.
    pub(crate) fn push(&mut self, piece: &str) -> (String, bool) {
        self.held.push_str(piece);
        if let Some(end) = self.stops.iter().filter_map(|stop| self.held.find(stop.as_str())).min() {
            let mut text = std::mem::take(&mut self.held);
            text.truncate(end);
            return (text, true);
        }
        let ready = self.held.len() - self.stops.iter().map(|stop| begun(&self.held, stop)).max().unwrap_or(0);
        (self.held.drain(..ready).collect(), false)
    }

    /// What was held back, when nothing follows.
    pub(crate) fn finish(&mut self) -> String {
        std::mem::take(&mut self.held)
    }
}

/// Bytes at the end of `text` with which `stop` begins, but not all of it.
fn begun(text: &str, stop: &str) -> usize {
    let prefix = |length: &usize| stop.get(..*length).is_some_and(|prefix| text.ends_with(prefix));
    (1..stop.len()).rev().find(prefix).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text up to the first stop, with every way of cutting it into pieces of one length.
    fn cut(text: &str, stops: &[&str]) -> (String, bool) {
        let stops: Vec<String> = stops.iter().map(ToString::to_string).collect();
        let letters: Vec<char> = text.chars().collect();
        let mut results = Vec::new();
        for length in 1..=letters.len().max(1) {
            let (mut cutter, mut out, mut stopped) = (Cutter::new(&stops), String::new(), false);
            for piece in letters.chunks(length) {
                let (passed, ended) = cutter.push(&piece.iter().collect::<String>());
                out.push_str(&passed);
                if ended {
                    stopped = true;
                    break;
                }
            }
            if !stopped {
                out.push_str(&cutter.finish());
            }
            results.push((out, stopped));
        }
        assert!(results.windows(2).all(|pair| pair[0] == pair[1]), "{results:?}");
        results.swap_remove(0)
    }

    #[test]
    fn the_first_stop_ends_the_text() {
        assert_eq!(cut("a b c", &["c", "b"]), ("a ".into(), true));
        assert_eq!(cut("a b c", &["z"]), ("a b c".into(), false));
        assert_eq!(cut("日本語", &["本"]), ("日".into(), true));
        assert_eq!(cut("aaab", &["aab"]), ("a".into(), true));
        assert_eq!(cut("one\n\ntwo", &["\n\n"]), ("one".into(), true));
        assert_eq!(cut("one\ntwo\n", &["\n\n"]), ("one\ntwo\n".into(), false));
        assert_eq!(cut("", &["x"]), (String::new(), false));
    }

    #[test]
    fn no_more_is_held_back_than_may_become_a_stop() {
        let mut cutter = Cutter::new(&["STOP".into()]);
        assert_eq!(cutter.push("hello S"), ("hello ".into(), false));
        assert_eq!(cutter.push("ally"), ("Sally".into(), false));
        assert_eq!(Cutter::new(&[]).push("anything"), ("anything".into(), false));
    }
}
