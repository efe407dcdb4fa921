extension LlamaOption {
    private static let offline: Reason = "nothing is ever downloaded"
    private static let cacheList: Reason = [
        "what -hf has downloaded is in the hub's usual cache; see hf cache",
        "nothing is downloaded, so there is no list",
    ]
    private static let logging: Reason = "messages go to standard error only"
    private static let moreLogging: Reason = "there is nothing more to tell"
    private static let levels: Reason = "messages have no levels"

    /// Help and messages.
    static let program: [LlamaOption] = [
        .usual("--help", "-h", "--usage", "-help", "-?"),
        .refused("--version", "-version", because: "see gemma-generate --version"),
        .refused("--completion-bash", because: "use --generate-completion-script bash"),
        .refused("--license", because: "see the file LICENSE"),
        .noEffect("-v", "--verbose", "--log-verbose", "--verbose-prompt", because: moreLogging),
        .noEffect("-lv", "--verbosity", "--log-verbosity", values: .one, because: levels),
        .noEffect("--log-disable", because: "redirect standard error to be rid of messages (2>/dev/null)"),
        .noEffect("--log-file", values: .one, because: "redirect standard error to a file (2>FILE)"),
        .noEffect("--log-jsonl", "--no-log-jsonl", because: logging),
        .noEffect("--log-colors", values: .onOffAuto, because: logging),
        .noEffect("--log-prefix", "--no-log-prefix", because: logging),
        .noEffect("--log-timestamps", "--no-log-timestamps", because: logging),
    ]

    /// The model, and where it comes from.
    static let files: [LlamaOption] = [
        .refused("-m", "--model", values: .one, because: "models are named otherwise here; see --help"),
        .refused("-mu", "--model-url", values: .one, because: download),
        .refused("-hf", "-hfr", "--hf-repo", values: .one, because: download),
        .refused("-hff", "--hf-file", values: .one, because: download),
        .refused("-hft", "--hf-token", values: .one, because: download),
        .refused("-dr", "--docker-repo", values: .one, because: download),
        .refused("-cl", "--cache-list", because: cacheList),
        .noEffect("--offline", because: offline),
        .noEffect(
            "--check-tensors", because: "weights are not searched for NaN here; see gemma-generate --check-tensors"),
        .refused("--override-kv", values: .one, because: "the model's metadata is taken from its file"),
        .refused("--lora", values: .one, because: "adapters are not read; merge it into the model first"),
        .refused("--lora-scaled", values: .one, because: "adapters are not read; merge it into the model first"),
        .refused("--lora-init-without-apply", because: "adapters are not read"),
        .refused("--control-vector", values: .one, because: "control vectors are not read"),
        .refused("--control-vector-scaled", values: .one, because: "control vectors are not read"),
        .refused("--control-vector-layer-range", values: .some(2), because: "control vectors are not read"),
        .refused("-mm", "--mmproj", values: .one, because: "images and sound are not read"),
        .refused("-mmu", "--mmproj-url", values: .one, because: "images and sound are not read"),
        .noEffect("--mmproj-auto", because: "images and sound are not read"),
        .usual("--no-mmproj", "--no-mmproj-auto"),
        .noEffect("--mmproj-offload", "--no-mmproj-offload", because: "images and sound are not read"),
        .noEffect("-mmdev", "--mmproj-device", values: .one, because: "images and sound are not read"),
        .refused("--image", values: .one, because: "images are not read"),
        .refused("--audio", values: .one, because: "sound is not read"),
        .refused("--video", values: .one, because: "videos are not read"),
    ]
}
