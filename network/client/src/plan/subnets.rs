//! What calls about subnets do.

use super::{finding::Kind, Foresee, Preview};
use crate::{
    amount::tao,
    calls::{
        subnets::{Create, Dissolve, SetHyperparameters, SetIdentity, SetTerms, TransferOwnership},
        Described,
    },
    error::ClientError,
};
use async_trait::async_trait;
use ganglion_keys::PublicKey;
use ganglion_primitives::{AccountId, Hyperparameter, HyperparameterUpdate, Setter, SubnetInfo};
use serde_json::{Map, Value as Json};
use subxt::ext::scale_value::{Composite, Primitive, Value, ValueDef};

/// A subnet that the actor owns; notes it if it doesn't.
async fn own_subnet(preview: &mut Preview<'_>, netuid: u16) -> Result<Option<SubnetInfo>, ClientError> {
    let subnet = preview.subnet(netuid).await?;
    if let Some(subnet) = &subnet {
        let owner = subnet.owner.clone().map(Into::into);
        preview.owned_by(&format!("subnet {netuid}"), owner);
    }
    Ok(subnet)
}

/// A subnet that the actor owns and may part with; notes it if it doesn't own it, or is about to hand over all it has.
async fn own_to_give(preview: &mut Preview<'_>, netuid: u16) -> Result<Option<SubnetInfo>, ClientError> {
    let subnet = own_subnet(preview, netuid).await?;
    let owner = subnet.as_ref().and_then(|subnet| subnet.owner.clone());
    if owner == Some(AccountId::new(preview.actor.0)) {
        if let Some(swap) = preview.view().coldkey_swap(&preview.actor).await? {
            let text = format!(
                "a swap of {} to {} is announced: wait until it is done, or until the new key declines it",
                preview.actor, swap.new
            );
            preview.refuse(Kind::Permission, text);
        }
    }
    Ok(subnet)
}

/// The update that a description stands for.
fn update_of(described: &Described) -> Option<HyperparameterUpdate> {
    let ValueDef::Composite(Composite::Named(fields)) = &described.0.value else { return None };
    let json = |value: &Value<()>| match &value.value {
        ValueDef::Variant(variant) => match variant.values.values().next().map(|inner| &inner.value) {
            Some(ValueDef::Primitive(Primitive::Bool(bool))) => Json::Bool(*bool),
            Some(ValueDef::Primitive(Primitive::U128(number))) => u64::try_from(*number).map_or(Json::Null, Json::from),
            _ => Json::Null,
        },
        _ => Json::Null,
    };
    let map: Map<_, _> = fields.iter().map(|(name, value)| (name.clone(), json(value))).collect();
    serde_json::from_value(Json::Object(map)).ok()
}

/// The hyperparameters by name.
fn named(value: &impl serde::Serialize) -> Map<String, Json> {
    match serde_json::to_value(value) {
        Ok(Json::Object(map)) => map,
        _ => Map::new(),
    }
}

#[async_trait]
impl Foresee for SetHyperparameters {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let Some(subnet) = own_subnet(preview, self.netuid).await? else { return Ok(()) };
        let Some(update) = update_of(&self.update) else { return Ok(()) };
        let fields: Vec<Hyperparameter> = update.named().collect();
        let old = named(&subnet.hyperparameters);
        let changed = update.apply(subnet.hyperparameters);
        let new = named(&changed);
        if fields.is_empty() {
            preview.warn(Kind::Nothing, "no hyperparameter is named");
        }
        for field in fields {
            let (before, after) = (old.get(field.name()), new.get(field.name()));
            let text = |value: Option<&Json>| value.map_or_else(String::new, Json::to_string);
            preview.effect(format!("{field}: {} instead of {}", text(after), text(before)));
            if field.setter() == Setter::Root {
                preview.refuse(
                    Kind::Permission,
                    format!("only governance sets {field}: leave it out, or propose a referendum"),
                );
            }
        }
        if let Err(outside) = changed.check() {
            let counterpart = outside.0.counterpart().map_or_else(String::new, |rule| format!(", and {rule}"));
            preview.refuse(Kind::Bounds, format!("{} must be within {}{counterpart}", outside.0, outside.0.bounds()));
        }
        Ok(())
    }
}

#[async_trait]
impl Foresee for Create {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let emission = preview.view().emission().await?;
        let price = emission.subnet_price;
        preview.spend(price, true);
        preview.moves(
            price,
            format!("locks {}, the price of the moment, which comes back when the subnet is dissolved", tao(price)),
        );
        preview.not_before(emission.next_creation, "somebody created a subnet not long ago");
        let most: u32 = preview.constant("Subnets", "MaxNameLength").unwrap_or(64);
        let name = String::from_utf8_lossy(&self.name);
        if self.name.is_empty() || self.name.len() > most as usize || name.chars().any(char::is_control) {
            preview.refuse(Kind::Bounds, format!("a name has 1 to {most} bytes and no control characters"));
        }
        preview.effect(format!("creates the subnet `{}`, owned by {}", name.escape_debug(), preview.actor));
        preview.warn(Kind::Delay, "when all places are taken, newcomers replace the weakest subnet after its immunity");
        Ok(())
    }
}

#[async_trait]
impl Foresee for Dissolve {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let Some(subnet) = own_to_give(preview, self.netuid).await? else { return Ok(()) };
        preview.effect(format!(
            "ends subnet {}: its {} neurons lose their seats, not their stake",
            self.netuid, subnet.neurons
        ));
        preview.moves(subnet.lock, format!("gives the lock of {} back to the owner", tao(subnet.lock)));
        preview.warn(Kind::Irreversible, "a dissolved subnet doesn't come back");
        Ok(())
    }
}

#[async_trait]
impl Foresee for SetIdentity {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        if own_subnet(preview, self.netuid).await?.is_none() {
            return Ok(());
        }
        let text = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).into_owned();
        let given = crate::writes::Identity {
            description: text(&self.identity.description),
            url: text(&self.identity.url),
            repository: text(&self.identity.repository),
            logo: text(&self.identity.logo),
            discord: text(&self.identity.discord),
            contact: text(&self.identity.contact),
        };
        let what = if given == crate::writes::Identity::default() { "removes" } else { "replaces" };
        preview.effect(format!("{what} the description of subnet {}", self.netuid));
        if let Err(error) = given.check() {
            preview.refuse(Kind::Bounds, error.to_string());
        }
        Ok(())
    }
}

#[async_trait]
impl Foresee for TransferOwnership {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let to = PublicKey(self.to);
        let Some(subnet) = own_to_give(preview, self.netuid).await? else { return Ok(()) };
        preview
            .moves(subnet.lock, format!("gives subnet {} and its lock of {} to {to}", self.netuid, tao(subnet.lock)));
        if preview.view().coldkey_id(&to).await?.is_none() {
            preview
                .refuse(Kind::Unknown, format!("{to} isn't a coldkey yet: it must stake or register a neuron first"));
        }
        preview.warn(Kind::Irreversible, "only the new owner can give it back");
        Ok(())
    }
}

#[async_trait]
impl Foresee for SetTerms {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let terms = &self.terms;
        preview.effect(format!(
            "from then on a subnet costs at least {}, the price falls by the last lock in {} blocks, {} blocks lie between \
             two creations, a subnet is immune for {} blocks, and there are at most {} subnets",
            tao(terms.min_lock),
            terms.lock_reduction_interval,
            terms.creation_interval,
            terms.immunity_period,
            terms.max_subnets
        ));
        preview.refuse(Kind::Permission, "only governance may: propose a referendum");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Write;

    #[test]
    fn an_update_survives_its_description() {
        let update = HyperparameterUpdate {
            tempo: Some(20),
            commit_reveal: Some(false),
            adjustment_alpha: Some(u64::MAX),
            ..Default::default()
        };
        let write = format!("{:?}", Write::set_hyperparameters(1u16, &update));
        assert!(write.contains("tempo"), "{write}");
        let fields = named(&update);
        let described = Described(Value {
            value: ValueDef::Composite(Composite::Named(
                fields
                    .iter()
                    .map(|(name, value)| {
                        let inner = match value {
                            Json::Bool(bool) => Value::unnamed_variant("Some", [Value::bool(*bool)]),
                            Json::Number(number) => {
                                Value::unnamed_variant("Some", [Value::u128(number.as_u64().expect("u64").into())])
                            }
                            _ => Value::unnamed_variant("None", []),
                        };
                        (name.clone(), inner)
                    })
                    .collect(),
            )),
            context: (),
        });
        assert_eq!(update_of(&described), Some(update));
    }
}
