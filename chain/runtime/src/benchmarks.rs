//! What is measured: the network's own pallets. The SDK's pallets come with weights.

frame_benchmarking::define_benchmarks!(
    [pallet_staking, Staking]
    [pallet_subnets, Subnets]
    [pallet_neurons, Neurons]
    [pallet_weights, Weights]
    [pallet_validators, Validators]
    [pallet_emission, Emission]
    [pallet_access, Access]
);
