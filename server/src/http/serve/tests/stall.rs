//! Clients that ask for an answer and do not take it.

use super::*;

#[tokio::test]
async fn a_client_that_never_opens_its_http2_window_is_hung_up_on() {
    let server = Server::start_stalling(LIMITS, PATIENCE);
    for window in [0, 1] {
        let (mut client, connection) = http2_with(server.connect().await, window).await;
        let answer = client.send_request(request("/")).await.unwrap();
        // It answers pings all the while.
        let _: hyper::Result<()> =
            tokio::time::timeout(FOR_EVER, connection).await.expect("must be hung up on").unwrap();
        assert_eq!(answer.status(), 200);
    }
}

#[tokio::test]
async fn a_client_that_does_not_read_a_large_answer_is_hung_up_on() {
    let mut server = Server::start_stalling(LIMITS, PATIENCE);
    let mut client = server.connect().await;
    client.write_all(b"GET /endless HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut answer = server.held.recv().await.unwrap();
    tokio::time::timeout(FOR_EVER, answer.closed()).await.expect("must be dropped");
}

#[tokio::test]
async fn a_client_that_does_not_take_its_answer_does_not_use_up_the_grace() {
    let mut server =
        Server::start_stalling(ServeLimits { shutdown_grace: FOR_EVER * 2, ..LIMITS }, PATIENCE * 2);
    let (mut client, _connection) = http2_with(server.connect().await, 0).await;
    let _answer = client.send_request(request("/endless")).await.unwrap();
    let mut answer = server.held.recv().await.unwrap();
    server.stop.send(()).unwrap();
    tokio::time::timeout(FOR_EVER, server.task).await.expect("must end").unwrap();
    answer.closed().await;
}

#[tokio::test]
async fn an_answer_with_nothing_to_take_may_pause() {
    assert_slow_answers_arrive(&Server::start_stalling(LIMITS, PATIENCE)).await;
}

#[tokio::test]
async fn a_handler_may_take_its_time() {
    let mut server = Server::start_stalling(LIMITS, PATIENCE);
    let (mut client, _) = http2(server.connect().await).await;
    let answer = client.send_request(request("/held"));
    let held = async {
        let held = server.held.recv().await.unwrap();
        // The handler's time, of which there may be more than a client has.
        tokio::time::sleep(PATIENCE * 3).await;
        held.send(()).expect("must still be running");
    };
    let (answer, ()) = tokio::join!(answer, held);
    assert_eq!(answer.unwrap().into_body().collect().await.unwrap().to_bytes(), "released");
}

#[tokio::test]
async fn a_client_that_takes_its_answer_slowly_is_served() {
    let patience = PATIENCE * 5;
    let server = Server::start_stalling(LIMITS, patience);
    let (mut client, _) = http2_with(server.connect().await, 16 * 1024).await;
    let mut answer = client.send_request(request("/endless")).await.unwrap().into_body();
    let asked = tokio::time::Instant::now();
    let mut taken = asked;
    while asked.elapsed() < patience * 2 {
        let Some(Ok(_)) = answer.frame().await else {
            // Where this test itself was kept waiting, the server is right to cut it off.
            assert!(taken.elapsed() >= patience, "cut off {:?} after it took a part", taken.elapsed());
            return;
        };
        taken = tokio::time::Instant::now();
        // The client's slowness, which is what is tested.
        tokio::time::sleep(patience / 20).await;
    }
}
