//! News for pages that are open: server-sent events.

use super::{pages, Shared};
use axum::{
    extract::State,
    http::StatusCode,
    response::{
        sse::{Event, KeepAlive, Sse},
        IntoResponse, Response,
    },
};
use futures::stream;
use serde_json::json;
use std::{convert::Infallible, sync::Arc, time::Duration};

/// A connection through which nothing went for so long may be closed by those between.
const QUIET: Duration = Duration::from_secs(15);

/// `GET /live`: an event `head` at once and whenever the index has new blocks.
pub(super) async fn news(State(shared): State<Arc<Shared>>) -> Response {
    let Ok(place) = shared.watchers.clone().try_acquire_owned() else {
        let why = "the explorer has all the watchers it can hold: load the page again from time to time";
        return pages::failure(&shared, StatusCode::SERVICE_UNAVAILABLE, why, true);
    };
    /// Counts a watcher for as long as it is there.
    struct Watching(Arc<Shared>);
    impl Drop for Watching {
        fn drop(&mut self) {
            self.0.metrics.watchers.dec();
        }
    }
    shared.metrics.watchers.inc();
    let mut progress = shared.progress.clone();
    progress.mark_changed();
    let start = (progress, None::<u32>, (place, Watching(shared)));
    let events = stream::unfold(start, |(mut progress, told, held)| async move {
        loop {
            // The explorer ends: so does the stream.
            progress.changed().await.ok()?;
            let now = progress.borrow_and_update().clone();
            let Some(number) = now.indexed.filter(|number| told != Some(*number)) else { continue };
            let data = json!({ "number": number, "finalized": now.finalized, "behind": now.behind() });
            let event = Event::default().event("head").id(number.to_string()).data(data.to_string());
            return Some((Ok::<_, Infallible>(event), (progress, Some(number), held)));
        }
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(QUIET)).into_response()
}
