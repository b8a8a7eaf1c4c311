//! What sets the members of the llama family apart. The names are those of `general.architecture` in GGUF files.

/// A member of the family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// Llama 1 to 3, SmolLM, Mistral and others: rotation in pairs of neighbours.
    Llama,
    /// Qwen 2 and 2.5: biases on queries, keys and values.
    Qwen2,
    /// Qwen 3: queries and keys normalised per head.
    Qwen3,
    /// Gemma 1: scaled embeddings, GELU.
    Gemma,
    /// Gemma 3: as Gemma, with normalised queries and keys, norms after each block, and mostly local attention.
    Gemma3,
}

/// Which numbers of a head are rotated together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rotation {
    /// 0 and 1, 2 and 3, …
    Neighbours,
    /// The first half with the second.
    Halves,
}

/// The function between the two matrices of a feed-forward block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Activation {
    /// x · σ(x).
    Silu,
    /// GELU by its tanh formula.
    Gelu,
}

impl Family {
    const ALL: [Self; 5] = [Self::Llama, Self::Qwen2, Self::Qwen3, Self::Gemma, Self::Gemma3];

    /// The family member of that name.
    ///
    /// # Errors
    /// The engine can't run it; the sentence names it and those that it can run.
    pub(crate) fn named(name: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|family| family.as_str() == name).ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(|family| family.as_str()).collect();
            let name: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
            format!("its architecture is {name:?}, and only {} are supported", known.join(", "))
        })
    }

    /// Its name, which is also the prefix of its header fields.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Llama => "llama",
            Self::Qwen2 => "qwen2",
            Self::Qwen3 => "qwen3",
            Self::Gemma => "gemma",
            Self::Gemma3 => "gemma3",
        }
    }

    /// How GGUF files expect heads to be rotated: for llama the converter reorders the rows.
    pub(crate) fn rotation(self) -> Rotation {
        match self {
            Self::Llama => Rotation::Neighbours,
            _ => Rotation::Halves,
        }
    }

    /// The feed-forward block's function.
    pub(crate) fn activation(self) -> Activation {
        match self {
            Self::Gemma | Self::Gemma3 => Activation::Gelu,
            _ => Activation::Silu,
        }
    }

    /// What a token's vector is multiplied by.
    pub(crate) fn embedding_scale(self, width: usize) -> f64 {
        match self {
            Self::Gemma | Self::Gemma3 => (width as f64).sqrt(),
            _ => 1.0,
        }
    }

    /// Whether queries and keys are normalised per head.
    pub(crate) fn has_head_norms(self) -> bool {
        matches!(self, Self::Qwen3 | Self::Gemma3)
    }

    /// Whether what a block adds is normalised first.
    pub(crate) fn has_block_norms(self) -> bool {
        self == Self::Gemma3
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_are_refused_by_name() {
        for family in Family::ALL {
            assert_eq!(Family::named(family.as_str()), Ok(family));
        }
        let refused = Family::named("mamba\n").expect_err("unknown");
        assert!(refused.contains("\"mamba\"") && refused.contains("qwen2"), "{refused}");
    }
}
