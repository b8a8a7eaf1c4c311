//! Chains of real node processes: what producers, newcomers and operators can rely on.

#[path = "../../../../chain/node/examples/support/mod.rs"]
mod nodes;
#[path = "../support/mod.rs"]
mod support;

mod commands;
mod equivocation;
mod finality;
mod lagging;
mod long_lived;
mod next_runtime;
mod sealing;
mod three_subnets;
mod upgrade;
mod views;
