//! What a validator shows beside its metrics: what each miner is worth, and the secrets of tempos that are over.

use std::sync::Arc;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};

use super::draw::lock;
use super::Shared;
use crate::secret::Revealed;
use crate::standings::Standings;
use crate::subnet::Subnet;
use crate::view::{View, Views};

/// `GET /scores` and `GET /secrets/<epoch>`.
pub(super) fn router<S: Subnet>(shared: Arc<Shared<S>>, views: Views) -> Router {
    let (keeper, seen) = (Arc::clone(&shared), views.clone());
    let scores = move || {
        let (shared, view) = (Arc::clone(&shared), newest(&views));
        async move {
            let view = view?;
            // The book may be waiting for the disk.
            tokio::task::spawn_blocking(move || {
                let settings = &shared.settings;
                let book = lock(&shared.records).book().clone();
                Json(Standings::of(&book, &view, settings.hotkey.public(), &settings.scoring))
            })
            .await
            .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
        }
    };
    let secrets = move |Path(epoch): Path<u32>| {
        let (shared, view) = (Arc::clone(&keeper), newest(&seen));
        async move { Ok::<_, StatusCode>(Json(revealed(&shared, view?.as_ref(), epoch))) }
    };
    Router::new().route("/scores", get(scores)).route("/secrets/{epoch}", get(secrets))
}

fn newest(views: &Views) -> Result<Arc<View>, StatusCode> {
    views.borrow().clone().ok_or(StatusCode::SERVICE_UNAVAILABLE)
}

fn revealed<S: Subnet>(shared: &Shared<S>, view: &View, epoch: u32) -> Revealed {
    let secret = shared.secret.of_tempo(shared.settings.netuid.0, epoch);
    let over = is_over(epoch, view.block.number, view.subnet.tempo);
    Revealed { epoch, hash: hex::encode(secret.commitment()), secret: over.then(|| hex::encode(secret.reveal())) }
}

/// Whether no question drawn in the tempo that ended at `epoch` can still be open.
fn is_over(epoch: u32, now: u32, tempo: u16) -> bool {
    epoch.saturating_add(u32::from(tempo).max(1)) <= now
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_kept_for_a_tempo_after_its_own() {
        assert!(!is_over(100, 99, 20) && !is_over(100, 119, 20));
        assert!(is_over(100, 120, 20) && is_over(0, 120, 20));
        assert!(!is_over(u32::MAX, u32::MAX - 1, 20));
    }
}
