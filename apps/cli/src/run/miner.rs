//! `ganglion miner run`.

use std::net::SocketAddr;

use anyhow::{bail, Context, Result};
use ganglion_models::{ApiKey, Backend};
use ganglion_subnet_image as image;
use ganglion_subnet_image::diffusion::DiffusionOptions;
use ganglion_subnet_text::{run_miner, EngineChoice, MinerConfig};

use super::{listen, log_to_stderr, neuron, not_the_market, until_signal};
use crate::cli::{Engine, MinerArgs};
use crate::commands::image::trained_generator;
use crate::exit::Usage;
use crate::model::{self, Found};

/// Runs a miner until it is ended.
///
/// # Errors
/// Wallet, model, port or chain are of no use.
pub fn run(args: MinerArgs) -> Result<()> {
    log_to_stderr();
    not_the_market("miner", &args.neuron)?;
    if let Some(painter) = painter(&args)? {
        return draw(&args, painter);
    }
    let engine = engine(&args)?;
    let mut config = MinerConfig::new(neuron(&args.neuron, &args.axon)?, listen(&args.axon), engine);
    config.embeddings = args.embeddings.clone();
    config.announce = announced(&args);
    config.price = args.price;
    config.embeddings_price = args.embeddings_price;
    until_signal(|shutdown| async move { Ok(run_miner(config, shutdown).await?) })
}

/// Runs a miner of the image subnet until it is ended.
fn draw(args: &MinerArgs, painter: image::PainterChoice) -> Result<()> {
    let mut config = image::MinerConfig::new(neuron(&args.neuron, &args.axon)?, listen(&args.axon), painter);
    config.announce = announced(args);
    config.price = args.price;
    until_signal(|shutdown| async move { Ok(image::run_miner(config, shutdown).await?) })
}

/// What draws, if the engine is one that does. Who names none means one that fits the subnet: what answers questions is
/// asked by nobody where pictures are wanted.
fn painter(args: &MinerArgs) -> Result<Option<image::PainterChoice>> {
    if let Some(folder) = &args.sd {
        on_image_subnet(args, "--sd")?;
        let options = DiffusionOptions { steps: usize::from(args.sd_steps), guidance: args.sd_guidance };
        return Ok(Some(image::PainterChoice::Diffusion { folder: folder.clone(), options }));
    }
    let here = args.neuron.netuid == image::NETUID.0;
    let engine = match args.engine {
        Some(engine) => engine,
        None if here && args.backend.is_some() => Engine::ImageServer,
        None if here => Engine::Renderer,
        None => return Ok(None),
    };
    let word = engine.word();
    // First: what else goes with such an engine helps nobody who is on the wrong subnet.
    if matches!(engine, Engine::Renderer | Engine::Sketch | Engine::Generator | Engine::ImageServer) {
        on_image_subnet(args, &format!("--engine {word}"))?;
    }
    let choice = match engine {
        Engine::Smollm | Engine::Skills | Engine::Ngram | Engine::File | Engine::Trained if here => {
            bail!(Usage(format!(
                "--engine {word} answers questions, and subnet {} is for pictures: take --engine renderer, generator or \
                 image-server, or --sd FOLDER",
                image::NETUID.0
            )))
        }
        Engine::Smollm | Engine::Skills | Engine::Ngram | Engine::File | Engine::Trained => return Ok(None),
        Engine::ImageServer => image_server(args)?,
        _ if args.backend.is_some() => {
            bail!(Usage(format!("--backend cannot be used with --engine {word}: the server draws itself")))
        }
        Engine::Generator => {
            let path = args.model.clone().map_or_else(trained_generator, |path| Ok(Some(path)))?;
            let advice = "no generator is here: `ganglion image train` makes one, --model PATH names another";
            image::PainterChoice::Generator { path: path.context(advice)? }
        }
        _ if args.model.is_some() => bail!(Usage(format!(
            "--engine {word} draws by rule: --model goes with --engine generator or --backend URL, add one of these"
        ))),
        Engine::Renderer => image::PainterChoice::Renderer,
        Engine::Sketch => image::PainterChoice::Sketch,
    };
    Ok(Some(choice))
}

/// The server that draws.
fn image_server(args: &MinerArgs) -> Result<image::PainterChoice> {
    Ok(image::PainterChoice::Backend {
        url: args.backend.clone().context("--engine image-server needs --backend URL")?,
        model: name(args)?.to_owned(),
        key: key()?.map(|key| key.reveal().to_owned()),
    })
}

/// Refuses to draw on the subnet for text, and what only those who answer questions have.
fn on_image_subnet(args: &MinerArgs, option: &str) -> Result<()> {
    if args.embeddings.is_some() {
        bail!(Usage("--embeddings is for the text subnet: who draws pictures makes no sentence vectors".into()));
    }
    if args.neuron.netuid == 1 {
        bail!(Usage(format!("{option} draws pictures, and subnet 1 is for text: add --netuid 5")));
    }
    Ok(())
}

/// The address to announce, if it isn't the one listened at.
fn announced(args: &MinerArgs) -> Option<SocketAddr> {
    if args.axon_external_ip.is_none() && args.axon_external_port.is_none() {
        return None;
    }
    let ip = args.axon_external_ip.unwrap_or(args.axon.axon_ip);
    Some(SocketAddr::new(ip, args.axon_external_port.unwrap_or(args.axon.axon_port)))
}

fn engine(args: &MinerArgs) -> Result<EngineChoice> {
    if let Some(url) = &args.backend {
        if let Some(engine) = args.engine {
            let word = engine.word();
            bail!(Usage(format!("--backend cannot be used with --engine {word}: the server answers itself")));
        }
        return backend(url, args, key()?);
    }
    if args.model.is_some() && !matches!(args.engine, Some(Engine::File | Engine::Trained)) {
        bail!(Usage("--model goes with --engine file, --engine trained or --backend URL: add one of these".into()))
    }
    let model = || -> Result<Option<EngineChoice>> {
        if args.no_model {
            return Ok(None);
        }
        Ok(match model::find()? {
            Found::Ready(path) => Some(EngineChoice::SmolLm2 { path, temperature: args.temperature }),
            Found::Missing(_) => None,
        })
    };
    let own = || args.model.clone().context("--engine file and --engine trained need --model PATH");
    let temperature = args.temperature;
    let engine = args.engine.unwrap_or(Engine::Skills);
    Ok(match engine {
        Engine::File => EngineChoice::File { path: own()?, temperature },
        Engine::Trained => EngineChoice::Trained { folder: own()?, temperature },
        Engine::Ngram => EngineChoice::Ngram,
        Engine::Skills => EngineChoice::Skills { fallback: Box::new(model()?.unwrap_or(EngineChoice::Ngram)) },
        Engine::Smollm if args.no_model => {
            bail!(Usage("--engine smollm is the language model, and --no-model does without it: leave one out".into()))
        }
        Engine::Smollm => match model()? {
            Some(choice) => choice,
            None => bail!(
                "--engine smollm needs the language model: fetch it with `ganglion models pull` (or `cargo xtask setup`)"
            ),
        },
        Engine::Renderer | Engine::Sketch | Engine::Generator | Engine::ImageServer => {
            bail!(Usage(format!("--engine {} draws pictures and doesn't answer questions", engine.word())))
        }
    })
}

/// What a server calls its model.
fn name(args: &MinerArgs) -> Result<&str> {
    let name = args.model.as_ref().and_then(|model| model.to_str());
    Ok(name.ok_or_else(|| Usage("--backend needs --model NAME, the model's name at that server".into()))?)
}

/// What a server wants to see before it answers.
fn key() -> Result<Option<ApiKey>> {
    Ok(ApiKey::from_env().map_err(|error| Usage(error.to_string()))?)
}

/// The model that a server at `url` calls by the name in `args`.
fn backend(url: &str, args: &MinerArgs, key: Option<ApiKey>) -> Result<EngineChoice> {
    let model = name(args)?;
    // A wrong address is told now, not when the wallet is open.
    Backend::new(url, model).map_err(|error| Usage(format!("--backend: {error}")))?;
    Ok(EngineChoice::Backend { url: url.to_owned(), model: model.to_owned(), key, temperature: args.temperature })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command, Deferred, MinerCommand};
    use clap::Parser;
    use ganglion_models::GenerateRequest;
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::thread::JoinHandle;
    use std::time::Duration;

    fn args(line: &str) -> MinerArgs {
        match Cli::parse_from(line.split(' ')).command {
            Command::Miner(Deferred(MinerCommand::Run(args))) => args,
            other => panic!("not a miner: {other:?}"),
        }
    }

    #[test]
    fn without_the_model_skills_lean_on_words() {
        let choice = engine(&args("ganglion miner run --no-model")).expect("skills");
        assert!(matches!(choice, EngineChoice::Skills { fallback } if matches!(*fallback, EngineChoice::Ngram)));
        let error = engine(&args("ganglion miner run --engine smollm --no-model")).expect_err("one or the other");
        assert!(error.is::<Usage>(), "{error}");
    }

    #[test]
    fn a_model_of_ones_own_is_named() {
        let choice = engine(&args("ganglion miner run --engine trained --model m --temperature 0.5")).expect("trained");
        assert_eq!(choice, EngineChoice::Trained { folder: "m".into(), temperature: 0.5 });
        assert!(Cli::try_parse_from("ganglion miner run --engine file".split(' ')).is_err());
        let error = engine(&args("ganglion miner run --engine ngram --model m")).expect_err("nobody reads it");
        assert!(error.is::<Usage>() && error.to_string().contains("--backend"), "{error}");
    }

    /// A model server that answers one request with `text`; the thread returns what it was asked.
    fn model_server(text: &str) -> (SocketAddr, JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let message = serde_json::json!({ "message": { "content": text }, "finish_reason": "stop" });
        let body = serde_json::json!({ "choices": [message] }).to_string();
        let thread = std::thread::spawn(move || {
            let (mut socket, _) = listener.accept().expect("a caller");
            socket.set_read_timeout(Some(Duration::from_secs(10))).expect("a time limit");
            let (mut asked, mut buffer) = (Vec::new(), [0; 4096]);
            // The request's body ends where its braces close.
            while !String::from_utf8_lossy(&asked).split_once("\r\n\r\n").is_some_and(|(_, body)| is_json(body)) {
                match socket.read(&mut buffer) {
                    Ok(count @ 1..) => asked.extend(buffer.iter().take(count)),
                    _ => break,
                }
            }
            let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
            socket.write_all((head + &body).as_bytes()).expect("the caller listens");
            String::from_utf8_lossy(&asked).into_owned()
        });
        (address, thread)
    }

    fn is_json(text: &str) -> bool {
        serde_json::from_str::<serde_json::Value>(text).is_ok()
    }

    #[test]
    fn a_model_server_answers() {
        let (address, server) = model_server("forty-two");
        let line = format!("ganglion miner run --backend http://{address}/v1/ --model org/m:1b --temperature 0.5");
        let args = args(&line);
        let url = args.backend.clone().expect("the address");
        let choice = backend(&url, &args, Some(ApiKey::new("k3y").expect("a key"))).expect("a model server");
        assert!(
            matches!(&choice, EngineChoice::Backend { model, temperature, .. } if model == "org/m:1b" && *temperature == 0.5)
        );
        assert!(!format!("{choice:?}").contains("k3y"), "{choice:?}");
        let model = choice.load().expect("loads");
        assert_eq!((model.engine.name(), model.temperature), ("backend:org/m:1b", Some(0.5)));
        let answer = model.engine.complete(&GenerateRequest::ask("What is 17 + 25?")).expect("an answer");
        assert_eq!(answer.text, "forty-two");
        let asked = server.join().expect("the server ends");
        assert!(asked.starts_with("POST /v1/chat/completions ") && asked.contains("Bearer k3y"), "{asked}");
        assert!(asked.contains(r#""model":"org/m:1b""#) && asked.contains("17 + 25"), "{asked}");
    }

    #[test]
    fn a_model_servers_address_is_of_the_web_and_alone() {
        let wrong = [("ftp://h/v1", "https://"), ("http://me:pass@h/v1", "GANGLION_BACKEND_KEY"), ("h", "such as")];
        for (url, word) in wrong {
            let error = engine(&args(&format!("ganglion miner run --backend {url} --model m"))).expect_err(url);
            assert!(error.is::<Usage>() && error.to_string().contains(word), "{error}");
            assert!(!error.to_string().contains("pass@"), "{error}");
        }
        let line = "ganglion miner run --backend http://127.0.0.1:1/v1 --model m";
        let error = Cli::try_parse_from(format!("{line} --no-model").split(' ')).expect_err("one or the other");
        let error = error.to_string();
        assert!(error.contains("cannot be used with") && error.contains("--no-model"), "{error}");
        let error = engine(&args(&format!("{line} --engine ngram"))).expect_err("one or the other");
        assert!(error.is::<Usage>() && error.to_string().contains("--engine ngram"), "{error}");
    }

    #[test]
    fn who_draws_joins_another_subnet_than_who_writes() {
        assert_eq!(painter(&args("ganglion miner run --no-model")).expect("none"), None);
        let choice = painter(&args("ganglion miner run --netuid 5 --engine renderer")).expect("a painter");
        assert_eq!(choice, Some(image::PainterChoice::Renderer));
        let error = painter(&args("ganglion miner run --engine renderer")).expect_err("subnet 1 is for text");
        assert!(error.is::<Usage>(), "{error}");
        let line = "ganglion miner run --netuid 5 --engine renderer --embeddings folder";
        let error = painter(&args(line)).expect_err("it makes no vectors");
        assert!(error.is::<Usage>() && error.to_string().contains("--embeddings"), "{error}");
        let line = "ganglion miner run --netuid 5 --engine image-server --backend http://127.0.0.1:1/v1 --model sdxl";
        let choice = painter(&args(line)).expect("a painter");
        assert!(matches!(&choice, Some(image::PainterChoice::Backend { model, .. }) if model == "sdxl"), "{choice:?}");
        let server = "--backend http://127.0.0.1:1/v1 --model sdxl";
        assert_eq!(painter(&args(&format!("ganglion miner run --netuid 5 {server}"))).expect("a painter"), choice);
        for elsewhere in ["", "--netuid 6 "] {
            let line = format!("ganglion miner run {elsewhere}{server}");
            assert_eq!(painter(&args(&line)).expect("a server for questions"), None, "{line}");
        }
        assert!(Cli::try_parse_from("ganglion miner run --netuid 5 --engine image-server".split(' ')).is_err());
        let choice = painter(&args("ganglion miner run --netuid 5 --sd weights --sd-steps 2")).expect("a painter");
        let options = DiffusionOptions { steps: 2, ..DiffusionOptions::default() };
        assert_eq!(choice, Some(image::PainterChoice::Diffusion { folder: "weights".into(), options }));
        let error = painter(&args("ganglion miner run --sd weights")).expect_err("subnet 1 is for text");
        assert!(error.is::<Usage>() && error.to_string().contains("--netuid 5"), "{error}");
        assert!(Cli::try_parse_from("ganglion miner run --netuid 5 --sd-steps 2".split(' ')).is_err());
        let choice = painter(&args("ganglion miner run --netuid 5 --engine generator --model g")).expect("a painter");
        assert_eq!(choice, Some(image::PainterChoice::Generator { path: "g".into() }));
    }

    #[test]
    fn who_names_no_engine_gets_one_that_fits_the_subnet() {
        let choice = painter(&args("ganglion miner run --netuid 5")).expect("a painter");
        assert_eq!(choice, Some(image::PainterChoice::Renderer));
        let choice = engine(&args("ganglion miner run --netuid 6 --no-model")).expect("skills");
        assert!(matches!(choice, EngineChoice::Skills { .. }), "{choice:?}");
    }

    #[test]
    fn an_engine_that_does_not_fit_the_subnet_is_refused() {
        let server = "--backend http://127.0.0.1:1/v1 --model m";
        for (options, words) in [
            ("--engine skills", ["answers questions", "renderer, generator"]),
            ("--engine ngram", ["answers questions", "renderer, generator"]),
            ("--engine file --model m", ["answers questions", "renderer, generator"]),
            (format!("--engine skills {server}").as_str(), ["answers questions", "renderer, generator"]),
            (format!("--engine renderer {server}").as_str(), ["--backend", "--engine renderer"]),
            (format!("--engine generator {server}").as_str(), ["--backend", "--engine generator"]),
            ("--model m", ["--model goes with", "--engine generator"]),
            ("--engine sketch --model m", ["--model goes with", "--engine generator"]),
        ] {
            let error = painter(&args(&format!("ganglion miner run --netuid 5 {options}"))).expect_err(options);
            let text = error.to_string();
            assert!(error.is::<Usage>() && words.iter().all(|word| text.contains(word)), "{options}: {text}");
        }
        // On the text subnet that comes first, not what would be wrong elsewhere.
        for options in [
            "--engine renderer --model m",
            &format!("--engine renderer {server}"),
            &format!("--engine generator {server}"),
        ] {
            let error = painter(&args(&format!("ganglion miner run {options}"))).expect_err(options);
            assert!(error.is::<Usage>() && error.to_string().contains("add --netuid 5"), "{options}: {error}");
        }
        let error = run(args("ganglion miner run --netuid 8")).expect_err("nobody asks it there");
        assert!(error.is::<Usage>() && error.to_string().contains("ganglion miner market --netuid 8"), "{error}");
    }

    #[test]
    fn the_announced_address() {
        assert_eq!(announced(&args("ganglion miner run")), None);
        let line = "ganglion miner run --axon-ip 0.0.0.0 --axon-port 8091 --axon-external-ip 203.0.113.7";
        assert_eq!(announced(&args(line)), Some("203.0.113.7:8091".parse().expect("address")));
    }
}
