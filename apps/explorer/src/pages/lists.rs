//! Lists as they are, search, and where programs read.

use super::{
    view::{Cell, Field, Form, Grid, Head, Page, Place, Section},
    Drawn, NoPage, Pairs,
};
use crate::data::{self, all, find, rows, Ask, Dataset, Hit, Takes, DATASETS, HITS, LISTS, MOST_ROWS};
use rusqlite::Connection;

/// A whole list.
pub(crate) fn list(db: &Connection, name: &str, path: &str, pairs: &Pairs) -> Drawn {
    let missing = || NoPage::Missing(format!("there is no list {}", super::format::short(name)));
    let dataset = find(name).ok_or_else(missing)?;
    let form = form(dataset, path, pairs);
    let lead = dataset.about.to_owned();
    let ask = match Ask::parse(dataset, pairs, MOST_ROWS) {
        Ok(ask) => ask,
        // A list that needs a filter asks for it.
        Err(bad) if pairs.is_empty() => {
            let section = Section { form: Some(form), ..Section::new("list", dataset.title) }.note(bad.0);
            return Ok(Page { title: dataset.title.into(), lead, sections: vec![section], ..Page::default() });
        }
        Err(bad) => return Err(bad.into()),
    };
    let answer = rows(db, dataset, &ask)?;
    let moving = ["before", "offset", "sort", "order"];
    let kept = pairs.iter().filter(|(name, value)| !moving.contains(&name.as_str()) && !value.is_empty());
    let place = Place { path: path.into(), kept: kept.cloned().collect(), anchor: String::new() };
    let grid = Grid::of(dataset, &answer, &[]).linked(dataset, &ask, &answer, &place);
    let form = (!form.fields.is_empty()).then_some(form);
    let section = Section { form, ..Section::new("list", dataset.title) }.grid(grid);
    Ok(Page { title: dataset.title.into(), lead, sections: vec![section], ..Page::default() })
}

/// The form that narrows a list.
fn form(dataset: &Dataset, path: &str, pairs: &Pairs) -> Form {
    let of = |name: &str| pairs.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str());
    let fields = dataset.filters.iter().map(|filter| {
        let choices = match filter.takes {
            Takes::Word(words) => words.iter().map(|word| ((*word).to_owned(), of(filter.name) == *word)).collect(),
            _ => Vec::new(),
        };
        let value = of(filter.name).chars().take(100).collect();
        Field { name: filter.name.into(), label: label(filter.name), value, choices }
    });
    let kept = ["sort", "order"].into_iter().filter(|name| !of(name).is_empty());
    Form {
        action: path.into(),
        fields: fields.collect(),
        kept: kept.map(|name| (name.to_owned(), of(name).to_owned())).collect(),
    }
}

/// A filter's name as a person reads it.
fn label(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn head(title: &str) -> Head {
    Head { title: title.into(), ..Head::default() }
}

/// All lists.
pub(crate) fn lists() -> Page {
    let rows = DATASETS
        .iter()
        .map(|dataset| vec![Cell::link(dataset.title, format!("/list/{}", dataset.name)), Cell::text(dataset.about)]);
    let grid = Grid {
        caption: "Lists".into(),
        heads: vec![head("List"), head("What it is")],
        rows: rows.collect(),
        ..Grid::default()
    }
    .data(&LISTS, &[]);
    Page {
        title: "Lists".into(),
        lead: "All that the index knows, row by row.".into(),
        sections: vec![Section::new("lists", "All lists").grid(grid)],
        ..Page::default()
    }
}

/// Where programs read.
pub(crate) fn api() -> Page {
    let rows = all().map(|dataset| {
        let path = format!("/api/v1/{}", dataset.name);
        let parameters: Vec<&str> = dataset.filters.iter().map(|filter| filter.name).collect();
        vec![
            Cell::link(path.clone(), path.clone()),
            Cell::link("CSV", format!("{path}.csv")),
            Cell::text(parameters.join(", ")),
            Cell::text(dataset.about),
        ]
    });
    let grid = Grid {
        caption: "Addresses".into(),
        heads: vec![head("JSON"), head("CSV"), head("Filters"), head("What it is")],
        rows: rows.collect(),
        ..Grid::default()
    }
    .data(&LISTS, &[]);
    let document = Section::new("openapi", "The document")
        .note("All addresses, parameters and columns, for tools.")
        .fact("OpenAPI 3.1", Cell::link("/api/v1/openapi.json", "/api/v1/openapi.json"));
    Page {
        title: "API".into(),
        lead: format!(
            "Every list as JSON and as CSV. Amounts are RAO (10⁹ are one TAO), shares are in 1/65535, times are \
             milliseconds since 1970. Lists that need a filter say so. {}",
            data::how_files_end()
        ),
        sections: vec![document, Section::new("addresses", "Addresses").grid(grid)],
        ..Page::default()
    }
}

/// What a search found.
pub(crate) fn search(db: &Connection, query: &str) -> Result<(Page, Vec<Hit>), NoPage> {
    let hits = data::search(db, query)?;
    let asked: String = query.chars().take(100).collect();
    let rows = hits.iter().map(|hit| vec![Cell::text(hit.kind), Cell::link(hit.label.clone(), hit.path.clone())]);
    let grid = Grid {
        caption: "What was found".into(),
        heads: vec![head("What"), head("Name")],
        rows: rows.collect(),
        ..Grid::default()
    }
    .data(&HITS, &[("q".to_owned(), asked.clone())]);
    let note =
        "A height, a hash, an extrinsic or event such as 12-1, an address or its beginning, a subnet's number or name, a \
                uid, where an axon listens, a channel's number, the name of a list, a call or an event, what a referendum \
                proposes, what a subnet's owner says about it.";
    let page = Page {
        title: "Search".into(),
        lead: note.into(),
        query: asked,
        sections: vec![Section::new("found", "Found").grid(grid)],
        ..Page::default()
    };
    Ok((page, hits))
}
