//! Many requests at the same time: their signatures are checked together, and each gets its own answer.

use crate::common::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn forgeries_in_a_crowd_fail_and_harm_nobody() {
    let axon = Running::start_echo().await;
    let uris = ["//Alice", "//Charlie", "//Dave"];
    for round in 0..4 {
        let requests: Vec<(bool, RawRequest)> = (0..40)
            .map(|n| {
                let body = format!(r#"{{"text":"{round} {n}"}}"#);
                let (sender, bob) = (key(uris[n % 3]), key("//Bob").public());
                let mut request = RawRequest::signed_at(&sender, bob, "/Echo", body.as_bytes(), fresh_nonce());
                // From none forged to three of four.
                let forged = n % 4 < round;
                match n % 3 {
                    _ if !forged => {}
                    0 => request.body.insert(0, b' '),
                    1 => _ = request.set("X-Bittensor-Hotkey", key("//Mallory").public().to_ss58()),
                    _ => _ = request.set("X-Bittensor-Signature", format!("0x{}", "8f".repeat(64))),
                }
                (forged, request)
            })
            .collect();
        let answers = futures::future::join_all(requests.iter().map(|(_, request)| request.send(&axon))).await;
        for ((forged, request), answer) in requests.iter().zip(answers) {
            if *forged {
                answer.is(401, "bad_signature");
            } else {
                assert_eq!((answer.status, answer.body.as_bytes()), (200, request.body.as_slice()));
            }
        }
    }
    assert_eq!((axon.metrics.snapshot().ok, axon.metrics.snapshot().refused_signature), (100, 60));
    axon.stop().await;
}
