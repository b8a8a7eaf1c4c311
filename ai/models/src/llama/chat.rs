//! A conversation as token ids: the model's template, cut to fit.

use crate::message::{Message, Role};

use super::template::Template;
use super::tokenizer::Tokenizer;

/// Bytes of one message that are looked at per token of the budget: no ordinary text needs more.
const BYTES_PER_TOKEN: usize = 16;

/// The prompt of `messages`, ending with an open assistant turn, in at most `budget` tokens. System messages and the
/// newest turns stay; the oldest turns go first; a single message that is too long loses its middle.
pub(crate) fn prompt(
    template: &Template,
    tokenizer: &Tokenizer,
    messages: &[Message],
    budget: usize,
) -> Result<Vec<u32>, String> {
    let tail = template.opening(tokenizer)?;
    let mut ids: Vec<u32> = template.beginning().into_iter().collect();
    let mut left = budget.saturating_sub(tail.len() + ids.len());
    // Length of a turn with nothing in it.
    let empty = |role: Role| -> Result<usize, String> {
        let frame = template.frame(tokenizer, role)?;
        Ok(frame.before.len() + tokenizer.encode(frame.lead)?.len() + frame.after.len())
    };
    let turn = |role: Role, content: &str, most: usize| -> Result<Vec<u32>, String> {
        let frame = template.frame(tokenizer, role)?;
        let content = cut_text(content, most.saturating_mul(BYTES_PER_TOKEN));
        let body = tokenizer.encode(&format!("{}{}", frame.lead, content))?;
        let mut ids = frame.before;
        ids.extend(cut_ids(body, most.saturating_sub(empty(role)?)));
        ids.extend(frame.after);
        Ok(ids)
    };

    let mut system = Vec::new();
    let spoken = messages.first().map(|m| m.role) == Some(Role::System);
    if let (false, Some(default)) = (spoken, template.default_system()) {
        system = turn(Role::System, default, left)?;
        left = left.saturating_sub(system.len());
    }
    // Instructions may take half of what there is; the question needs the rest.
    let mut system_left = left / 2;
    let (instructions, talk): (Vec<&Message>, Vec<&Message>) = messages.iter().partition(|m| m.role == Role::System);
    for message in instructions {
        if system_left <= empty(message.role)? {
            break;
        }
        let ids = turn(message.role, &message.content, system_left)?;
        system_left = system_left.saturating_sub(ids.len());
        left = left.saturating_sub(ids.len());
        system.extend(ids);
    }

    let mut turns: Vec<Vec<u32>> = Vec::new();
    for message in talk.into_iter().rev() {
        if left <= empty(message.role)? {
            break;
        }
        // The newest turn is cut to fit; an older one is kept whole or not at all.
        let newest = turns.is_empty();
        if !newest && message.content.len() > left.saturating_mul(BYTES_PER_TOKEN) {
            break;
        }
        let ids = turn(message.role, &message.content, if newest { left } else { usize::MAX })?;
        if ids.len() > left {
            break;
        }
        left -= ids.len();
        turns.push(ids);
    }
    ids.extend(system);
    ids.extend(turns.into_iter().rev().flatten());
    ids.extend(tail);
    Ok(ids)
}

/// At most `most` bytes of `text`: a quarter from its beginning, the rest from its end.
fn cut_text(text: &str, most: usize) -> std::borrow::Cow<'_, str> {
    if text.len() <= most {
        return text.into();
    }
    let head_end = (0..=most / 4).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
    let from = text.len() - (most - most / 4);
    let tail_start = (from..=text.len()).find(|i| text.is_char_boundary(*i)).unwrap_or(text.len());
    format!("{} … {}", &text[..head_end], &text[tail_start..]).into()
}

/// At most `most` ids: a quarter from the beginning, the rest from the end.
fn cut_ids(mut ids: Vec<u32>, most: usize) -> Vec<u32> {
    if ids.len() > most {
        let head = most / 4;
        let tail = ids.len() - (most - head);
        ids.drain(head..tail);
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cutting_keeps_both_ends() {
        assert_eq!(cut_ids((0..10).collect(), 4), [0, 7, 8, 9]);
        assert_eq!(cut_ids(vec![1, 2], 0), Vec::<u32>::new());
        assert_eq!(cut_text("short", 10), "short");
        assert_eq!(cut_text("abcdefghij", 4), "a … hij");
        // Never in the middle of a character, and never a panic.
        for most in 0..20 {
            let cut = cut_text("éééééééééé", most);
            assert!(cut.chars().all(|c| "é …".contains(c)));
        }
    }
}
