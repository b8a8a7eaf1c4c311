//! The rules of DESIGN §4, sentence by sentence.
//!
//! Where a pallet's own file shows a sentence already, it is not shown again here. `rule_*` are modules of this folder; the
//! others are the files and folders beside it.
//!
//! | § | sentence | shown by |
//! |---|---|---|
//! | 0 | RAO, TAO, SS58 prefix 42 | `rule_00::a_tao_is_a_billion_rao_and_addresses_have_prefix_42` |
//! | 0 | 12 s a block; genesis sets the slot | `rule_00::genesis_sets_the_length_of_a_slot` |
//! | 1 | all TAO is in the balances: staked, locked, prepaid, pending | `rule_01::staked_locked_prepaid_and_pending_tao_is_in_balances` |
//! | 1 | issuance = emitted − recycled, to the RAO | `rule_01::issuance_is_what_was_emitted_less_what_was_recycled`, `random_calls::random_calls_keep_the_books`, every block of every test |
//! | 1 | never above 21 000 000 TAO | `rule_01::never_more_than_21_million_tao` |
//! | 1 | what genesis endows is counted, and bounded | `genesis_checks` |
//! | 2 | every block mints 1 TAO | `emission::each_block_mints_one_tao` |
//! | 2 | halved each time half of the rest is issued | `rule_02::a_block_mints_half_once_half_of_the_rest_is_issued` |
//! | 2 | recycling lowers issuance | `rule_02::recycled_tao_is_emitted_again` |
//! | 2 | dust is carried forward | `rule_02::dust_is_carried_forward`, `emission::defect_10_nothing_is_lost_on_the_way_from_the_block_to_the_stake` |
//! | 3 | zero issuance, no endowed account | `rule_03::the_production_preset_issues_and_endows_nothing` |
//! | 3 | text, image and market, owned by governance | `rule_03::genesis_holds_text_image_and_market_owned_by_governance` |
//! | 3 | founders stay until candidates have stake | `election::founders_leave_when_enough_elected_members_write_blocks` |
//! | 3 | work registers without fee or balance | `registration::seals::work_admits_without_any_balance` |
//! | 3 | without stake all count equally; work starts, stake takes over | `launch::work_starts_the_network_and_stake_takes_over` |
//! | 3 | no gesture of a stake ends that | `launch::a_rao_neither_ends_the_launch_nor_takes_the_subnet_over` |
//! | 3 | who has no TAO is not shut out | `registration::demand::burning_leaves_a_place_to_workers` |
//! | 3 | the whole way | `rule_03::from_nothing_to_the_first_staked_validator` |
//! | 4 | root weights split emission; rows normalised | `emission::root_weights_split_emission_as_the_tokenomics_say` |
//! | 4 | they expire | `emission::defect_2_root_weights_expire` |
//! | 4 | without any, equally among subnets with a neuron | `rule_04::with_no_valid_root_weights_the_subnets_with_a_neuron_share_equally` |
//! | 5 | half to miners, half to validators | `emission::half_goes_to_miners_and_half_to_validators` |
//! | 5 | there is none by default | `rule_00::an_owner_has_no_cut_by_default` |
//! | 5 | the owner's cut | `emission::an_owner_has_a_cut_of_what_is_paid_only` |
//! | 5 | without consensus: pending, then recycled | `emission::without_consensus_emission_is_recycled_in_the_end` |
//! | 5 | never raw stake | `emission::defect_5_without_agreement_stake_alone_earns_nothing` |
//! | 6 | own stake and nominations; rewards raise a share's value | `staking::nominators_share_dividends_but_not_the_take` |
//! | 6 | O(1) per payout | `staking::defects::defect_26_a_payout_touches_every_nominator` |
//! | 6 | take of at most 18 %, raised rarely | `staking::refusals`, `staking::defects::defect_21_a_wrapped_call_escapes_the_rules` |
//! | 6 | take on dividends only; incentive to the owner | `emission::a_miners_incentive_is_its_owners_alone` |
//! | 6 | staked TAO votes | `governance::votes::staked_tao_votes` |
//! | 6 | stake leaves after the window, or at once | `staking::stake_behind_a_member_leaves_after_the_slash_window`, `staking::other_stake_leaves_at_once` |
//! | 7 | a candidate has a seat and session keys | `election::defect_18_a_candidate_needs_a_seat_and_proved_keys_of_its_own` |
//! | 7 | the 64 with most stake produce and finalise; only they vote on subnets | `rule_07::sixty_four_of_eighty_are_elected_by_stake` |
//! | 7 | equivocation is slashed and chilled | `rule_07::equivocation_is_slashed_and_chilled`, `offences` |
//! | 7 | absence chills | `election::an_absent_member_is_chilled_and_stands_again_after_a_session` |
//! | 7 | permits to the top-k by stake | `rule_07::permits_go_to_those_with_most_stake` |
//! | 8 | by work or by burn, which is recycled | `registration::demand::defect_13_what_is_burned_is_counted_to_the_rao` |
//! | 8 | prices adjust | `registration::demand` |
//! | 8 | what a seal binds; it works once | `registration::seals` |
//! | 9 | a swap changes one row | `rule_09::a_key_swap_changes_one_row`, `swaps::a_coldkey_swap_changes_the_same_few_rows_whatever_the_key_owns` |
//! | 9 | an identity keeps its account and nonce, and its old key from strangers | `registration::seats::a_hotkey_that_lost_its_seat_keeps_its_nonce`, `swaps` |
//! | 9 | a reused UID inherits nothing | `registration::seats::defect_7_a_reused_seat_inherits_nothing`, `weights::defect_7_rows_and_commitments_go_with_their_neuron` |
//! | 10 | commit–reveal by default | `rule_10::commit_reveal_is_on_by_default` |
//! | 10 | bound to neurons, in a window, deleted | `weights` |
//! | 10 | a copier gains nothing | `rule_10::a_copier_gains_nothing_from_reading_the_chain` |
//! | 11 | referenda, upgrades, no sudo without a key | `governance` |
//! | 11 | the first TAO buys no upgrade | `governance::tracks::while_there_is_little_tao_root_is_not_for_sale` |
//! | 11 | sudo in the development preset only | `rule_00::the_development_preset_alone_names_a_sudo_key` |
//! | 12 | every call has a fee or a checked limit | `rule_12::a_feeless_call_never_fails_in_a_block`, `rule_12::a_call_with_a_price_is_paid_for_even_if_it_fails` |
//! | 12 | a neuron's hotkey needs no balance | `feeless`, `swaps::after_a_hotkey_swap_the_new_key_acts_and_the_old_one_cannot` |
//! | 12 | its limits can't be lifted | `subnets::defects::defect_21_no_owner_lifts_the_limits_of_feeless_calls` |
//! | 12 | every collection is bounded | `rule_12::every_collection_is_bounded` |
//! | 12 | hooks are charged | `rule_12::hooks_are_charged_for_what_they_do`, `rule_12::defect_26_an_epoch_is_charged_by_its_size` |
//! | 12 | rules hold however a call is wrapped | `rule_12::a_wrapper_changes_no_answer`, `random_calls` |
//! | end | no defect of `protocol.md` §14 reappears | the tests named `defect_*`, below |
//!
//! Each defect of `protocol.md` §14 has tests whose names begin with `defect_` and its number. Two can't have any: there are
//! no child keys (25), and no cap on stake with parents' shares beside it (the first half of 10). Defect 27 is about
//! arithmetic: its tests are in `ganglion-tokenomics` and `ganglion-yuma`.
//!
//! What a copier reads (10) is an interval old, and the scenario is one in which that is worth nothing: another miner is the
//! best in each interval, and bonds have no memory. Where little changes, what is old is true still, and copying is paid:
//! `ai/subnet/SIMULATION.md` says so, and `in_the_long_run_a_weight_copier_earns_less_in_its_seat_and_more_for_its_cost`.

mod rule_00_frame;
mod rule_01_one_ledger;
mod rule_02_emission;
mod rule_03_fair_launch;
mod rule_04_split;
mod rule_07_the_64;
mod rule_09_identity;
mod rule_10_weights;
mod rule_12_calls;
