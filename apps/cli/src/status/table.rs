//! What `status` prints for a person.

use comfy_table::{presets, CellAlignment, Table};

use super::shape::{Neuron, Status, Subnet};

/// A table with these headings and hardly any lines.
pub fn plain_table(headings: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(headings);
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table
}

/// `rao` in TAO with four decimals, rounded down.
pub fn tao(rao: u64) -> String {
    format!("{}.{:04}", rao / 1_000_000_000, rao % 1_000_000_000 / 100_000)
}

/// The whole status.
pub fn render(status: &Status) -> String {
    let mut parts = vec![nodes(status), issuance(status)];
    parts.extend(status.subnets.iter().filter(|subnet| !subnet.neurons.is_empty()).map(subnet));
    let empty: Vec<_> = status.subnets.iter().filter(|subnet| subnet.neurons.is_empty()).map(heading).collect();
    if !empty.is_empty() {
        parts.push(format!("No neurons yet in {}", empty.join(", ")));
    }
    parts.join("\n\n")
}

fn nodes(status: &Status) -> String {
    let mut table = plain_table(&["NODE", "BEST", "FINALISED", "PEERS"]);
    let number = |value: Option<u32>| value.map_or_else(|| "no answer".into(), |value| value.to_string());
    for node in &status.nodes {
        table.add_row([node.name.clone(), number(node.best), number(node.finalized), number(node.peers)]);
    }
    right(&mut table, &[1, 2, 3]);
    table.trim_fmt()
}

fn issuance(status: &Status) -> String {
    match (status.issuance_rao, status.issuance_block) {
        (Some(rao), Some(block)) => {
            format!("Issuance {} TAO at block {block} ({rao} RAO)", tao(rao))
        }
        _ => "Issuance unknown: no node answers".into(),
    }
}

fn heading(subnet: &Subnet) -> String {
    format!("subnet {} ({})", subnet.netuid, subnet.name)
}

fn subnet(subnet: &Subnet) -> String {
    let headings =
        ["UID", "NAME", "ROLE", "STAKE TAO", "INCENTIVE", "DIVIDENDS", "EARNED TAO", "UPDATED", "ALIVE", "HOTKEY"];
    let mut table = plain_table(&headings);
    for neuron in &subnet.neurons {
        table.add_row(row(neuron));
    }
    right(&mut table, &[0, 3, 4, 5, 6, 7]);
    let text = heading(subnet).replacen('s', "S", 1);
    format!(
        "{text}: epoch every {} blocks, next at {}\n{}",
        subnet.tempo.saturating_add(1),
        subnet.next_epoch,
        table.trim_fmt()
    )
}

fn row(neuron: &Neuron) -> [String; 10] {
    [
        neuron.uid.to_string(),
        neuron.process.clone().unwrap_or_else(|| "-".into()),
        neuron.role.to_string(),
        tao(neuron.stake_rao),
        format!("{:.4}", neuron.incentive),
        format!("{:.4}", neuron.dividends),
        tao(neuron.earned_rao),
        neuron.last_update.map_or_else(|| "-".into(), |block| block.to_string()),
        if neuron.alive { "yes" } else { "no" }.to_string(),
        neuron.hotkey.clone(),
    ]
}

fn right(table: &mut Table, columns: &[usize]) {
    for index in columns {
        if let Some(column) = table.column_mut(*index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::shape::tests::sample;
    use super::*;

    #[test]
    fn amounts_are_exact_and_rounded_down() {
        assert_eq!(tao(0), "0.0000");
        assert_eq!(tao(1_999_999_999), "1.9999");
        assert_eq!(tao(u64::MAX), "18446744073.7095");
    }

    #[test]
    fn everybody_is_in_the_table() {
        let (record, read) = sample();
        let text = render(&Status::new(&record, &read));
        for word in
            ["alice", "no answer", "60.0000 TAO at block 60", "Subnet 1", "skills", "validator", "5.0000", "1.0000"]
        {
            assert!(text.contains(word), "{word} is missing in\n{text}");
        }
    }
}
