//! The OpenAPI document, made of the datasets.

use super::{all, Column, Dataset, Kind, Order, Takes, MOST_CSV_ROWS, MOST_OFFSET, MOST_ROWS};
use serde_json::{json, Map, Value as Json};

/// The document.
pub(crate) fn openapi() -> Json {
    let mut paths = Map::new();
    for dataset in all() {
        paths.insert(format!("/api/v1/{}", dataset.name), json!({ "get": operation(dataset, false) }));
        paths.insert(format!("/api/v1/{}.csv", dataset.name), json!({ "get": operation(dataset, true) }));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Ganglion explorer",
            "version": env!("CARGO_PKG_VERSION"),
            "description": format!("What the explorer's index knows of the chain. Amounts are RAO (10⁹ are one TAO), \
                                    shares are in 1/65535, times are milliseconds since 1970. {}", how_files_end())
        },
        "paths": paths,
        "components": { "schemas": { "Error": error() } }
    })
}

/// What a CSV file leaves out, and where that is.
pub(crate) fn how_files_end() -> String {
    format!(
        "A CSV file has {MOST_CSV_ROWS} rows at most, or `limit`: where a list goes on behind it, its header `Link` \
         says where (rel=\"next\"), as `next` does in JSON. Of a sorted list {MOST_OFFSET} rows can be passed over: \
         filters, or the other order, show the rest."
    )
}

fn error() -> Json {
    json!({
        "type": "object",
        "required": ["error"],
        "properties": { "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": { "type": "string" },
                "message": { "type": "string", "description": "What is wrong, and what to do." }
            }
        } }
    })
}

fn operation(dataset: &Dataset, csv: bool) -> Json {
    let failure = |about: &str| {
        let schema = json!({ "$ref": "#/components/schemas/Error" });
        json!({ "description": about, "content": { "application/json": { "schema": schema } } })
    };
    let content = match csv {
        true => json!({ "text/csv": { "schema": { "type": "string" } } }),
        false => json!({ "application/json": { "schema": page(dataset) } }),
    };
    let mut rows = json!({ "description": dataset.about, "content": content });
    // What isn't read from the index comes whole.
    if csv && !dataset.from.is_empty() {
        let about = "Where the list goes on, if it goes on behind this file: <ADDRESS>; rel=\"next\".";
        rows["headers"] = json!({ "Link": { "description": about, "schema": { "type": "string" } } });
    }
    json!({
        "operationId": format!("{}{}", dataset.name, if csv { "_csv" } else { "" }),
        "summary": dataset.title,
        "description": dataset.about,
        "parameters": parameters(dataset, if csv { MOST_CSV_ROWS } else { MOST_ROWS }),
        "responses": {
            "200": rows,
            "400": failure("A parameter is wrong or missing."),
            "503": failure("It would take too long, or there is no answer now.")
        }
    })
}

fn page(dataset: &Dataset) -> Json {
    let properties: Map<String, Json> =
        dataset.columns.iter().map(|column| (column.key.to_owned(), schema(column))).collect();
    let names: Vec<&str> = dataset.columns.iter().map(|column| column.key).collect();
    let row = json!({ "type": "object", "required": names, "properties": properties });
    let next = match dataset.order {
        Order::Newest(_) => "What to ask for as `before` to get the next rows; null ends the list.",
        Order::Sorted { .. } => "What to ask for as `offset` to get the next rows; null ends the list.",
    };
    json!({
        "type": "object",
        "required": ["rows", "next"],
        "properties": {
            "rows": { "type": "array", "items": row },
            "next": { "type": ["integer", "null"], "description": next }
        }
    })
}

fn schema(column: &Column) -> Json {
    let kind = match column.kind {
        Kind::Flag => json!(["boolean", "null"]),
        Kind::Real => json!(["number", "null"]),
        Kind::Text | Kind::Hash | Kind::Account | Kind::Extrinsic | Kind::Event => json!(["string", "null"]),
        Kind::Json => return json!({ "description": column.about }),
        _ => json!(["integer", "null"]),
    };
    json!({ "type": kind, "description": column.about })
}

fn parameters(dataset: &Dataset, most: u32) -> Vec<Json> {
    let filters = dataset.filters.iter().map(|filter| {
        let schema = match filter.takes {
            Takes::Number => json!({ "type": "integer", "minimum": 0 }),
            Takes::Account => json!({ "type": "string", "description": "SS58 address, or 0x and 64 digits" }),
            Takes::Place => json!({ "type": "string", "pattern": "^[0-9]+-[0-9]+$", "description": "height-place" }),
            Takes::Text => json!({ "type": "string", "maxLength": 100 }),
            Takes::Word(words) => json!({ "type": "string", "enum": words }),
        };
        parameter(filter.name, filter.about, filter.required, &schema)
    });
    let number = |most: i64, least: i64| json!({ "type": "integer", "minimum": least, "maximum": most });
    let mut list: Vec<Json> = filters.collect();
    // What isn't read from the index comes whole.
    if dataset.from.is_empty() {
        return list;
    }
    list.push(parameter("limit", "Most rows.", false, &number(most.into(), 1)));
    match dataset.order {
        Order::Newest(_) => list.push(parameter("before", "Where to begin: `next`.", false, &number(i64::MAX, 0))),
        Order::Sorted { by, descending, .. } => {
            let keys: Vec<&str> = dataset.columns.iter().map(|column| column.key).collect();
            let keys: Vec<&str> = keys.into_iter().filter(|key| dataset.sortable(key)).collect();
            let way = if descending { "desc" } else { "asc" };
            let sort = json!({ "type": "string", "enum": keys, "default": by });
            let order = json!({ "type": "string", "enum": ["asc", "desc"], "default": way });
            list.push(parameter("offset", "Rows to pass over: `next`.", false, &number(MOST_OFFSET.into(), 0)));
            list.push(parameter("sort", "The column to sort by.", false, &sort));
            list.push(parameter("order", "Whether the largest comes first.", false, &order));
        }
    }
    list
}

fn parameter(name: &str, about: &str, required: bool, schema: &Json) -> Json {
    json!({ "name": name, "in": "query", "description": about, "required": required, "schema": schema })
}
