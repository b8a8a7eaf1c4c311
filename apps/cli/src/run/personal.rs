//! `ganglion gateway run --personal`: whose TAO pays, and how much of it.

use std::net::IpAddr;
use std::sync::Arc;

use anyhow::{bail, Result};
use ganglion_gateway::{ChainBank, PersonalPurse, PurseSettings};
use ganglion_keys::agent::Kind;

use super::{state_dir, NeuronArgs};
use crate::cli::{PersonalArgs, WalletArgs};
use crate::commands::keys::{Key, Role};
use crate::exit::Usage;

/// The purse of a gateway that listens at `ip`. It needs the wallet's coldkey, and no hotkey.
///
/// # Errors
/// Others could reach it; the coldkey can't be had, or the folder can't be used.
pub fn purse(args: &PersonalArgs, neuron: &NeuronArgs, ip: IpAddr) -> Result<PersonalPurse> {
    if !ip.is_loopback() {
        bail!(Usage(format!("--personal pays for whoever reaches it: {ip} isn't this machine alone, leave --ip out")));
    }
    let wallet = WalletArgs {
        wallet_path: neuron.wallet_path.clone(),
        wallet_name: neuron.wallet_name.clone(),
        wallet_hotkey: neuron.wallet_hotkey.clone(),
    };
    let coldkey = Key::find(&wallet, Role::Coldkey)?.unlock(Kind::Transaction, &args.agent, &neuron.password)?;
    let folder = match &neuron.state_dir {
        Some(folder) => folder.clone(),
        None => state_dir(neuron.netuid, &neuron.wallet_name, "+personal")?,
    };
    let settings = PurseSettings { deposit: args.deposit.0, budget: args.budget.0, max_price: args.max_price };
    let bank = ChainBank::new(neuron.nodes.clone(), coldkey);
    Ok(PersonalPurse::open(&folder, settings, Arc::new(bank))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command, Deferred, GatewayCommand};
    use clap::Parser;

    #[test]
    fn nobody_elses_requests_are_paid_for() {
        let line = "ganglion gateway run --personal --ip 0.0.0.0 --budget 2.5 --max-price 7";
        let Command::Gateway(Deferred(GatewayCommand::Run(args))) = Cli::parse_from(line.split(' ')).command else {
            panic!("not a gateway")
        };
        assert_eq!((args.personal.budget.0, args.personal.max_price), (2_500_000_000, 7));
        let error = purse(&args.personal, &args.neuron, args.ip).expect_err("others could reach it");
        assert!(error.is::<Usage>(), "{error}");
    }
}
