extension LlamaOption {
    private static let noText: Reason = "it continues no text; see gemma-generate"

    /// The prompt, and what is printed.
    static let text: [LlamaOption] = [
        .refused("-p", "--prompt", values: .one, because: noText),
        .refused("-f", "--file", values: .one, because: "it reads no text"),
        .refused("-bf", "--binary-file", values: .one, because: "it reads no text"),
        .refused("-n", "--predict", "--n-predict", values: .one, because: noText),
        .refused("-e", "--escape", because: "texts are taken as they are"),
        .usual("--no-escape"),
        .usual("--display-prompt"),
        .refused("--no-display-prompt", because: noText),
        .refused("-sp", "--special", because: noText),
        .refused("--ignore-eos", because: noText),
        .noEffect("-co", "--color", values: .onOffAuto, because: "the text is plain"),
        .noEffect("--simple-io", because: "input and output are always simple"),
        .noEffect("-ptc", "--print-token-count", values: .one, because: "the numbers of tokens are printed at the end"),
        .noEffect("--show-timings", "--no-show-timings", because: "times are printed at the end"),
        .refused("-r", "--reverse-prompt", values: .one, because: noText),
    ]

    private static let noChat: Reason = [
        "there is one kind of conversation, and it has no such choice; see -cnv",
        "it continues no text; see gemma-generate",
    ]
    private static let system: Reason = noText
    private static let noTemplate = "text is read as it is, without a template"
    private static let template: Reason = [noTemplate]
    private static let preserved: Reason = ["the template decides; see --chat-template-kwargs", noTemplate]
    private static let apart: Reason = ["thoughts and answers are told apart; see --reasoning", noTemplate]

    /// Conversations, templates and thoughts.
    static let chat: [LlamaOption] = [
        .refused("-cnv", "--conversation", because: noChat),
        .usual("-no-cnv", "--no-conversation"),
        .refused("-st", "--single-turn", because: noChat),
        .refused("-i", "--interactive", because: noChat),
        .refused("-if", "--interactive-first", because: noChat),
        .refused("-mli", "--multiline-input", because: noChat),
        .refused("-sys", "--system-prompt", values: .one, because: system),
        .refused("-sysf", "--system-prompt-file", values: .one, because: system),
        .refused("--in-prefix", values: .one, because: noChat),
        .refused("--in-suffix", values: .one, because: noChat),
        .refused("--in-prefix-bos", because: noChat),
        .noEffect("--jinja", because: template),
        .usual("--no-jinja"),
        .refused("--chat-template", values: .one, because: noChat),
        .refused("--chat-template-file", values: .one, because: noChat),
        .refused("--chat-template-kwargs", values: .one, because: noChat),
        .refused("--skip-chat-parsing", because: noChat),
        .usual("--no-skip-chat-parsing"),
        .noEffect("--reasoning-format", values: .one, because: apart),
        .refused("-rea", "--reasoning", values: .onOffAuto, because: noChat),
        .refused("--reasoning-effort", values: .one, because: noChat),
        .refused("--reasoning-budget", values: .one, because: noChat),
        .refused("--reasoning-budget-message", values: .one, because: noChat),
        .noEffect("--reasoning-preserve", "--no-reasoning-preserve", because: preserved),
        .noEffect("--prefill-assistant", "--no-prefill-assistant", because: template),
    ]

    private static let drawing: Reason = "it says how tokens are drawn, and this program draws none"
    private static let adaptive: Reason = "tokens are not drawn by adaptive-p"
    private static let constraint: Reason = "the text cannot be constrained"

    /// How tokens are drawn.
    static let sampling: [LlamaOption] = [
        .refused("-s", "--seed", values: .one, because: drawing),
        .refused("--temp", "--temperature", values: .one, because: drawing),
        .refused("--top-k", values: .one, because: drawing),
        .refused("--top-p", values: .one, because: drawing),
        .refused("--min-p", values: .one, because: drawing),
        .refused("--samplers", values: .one, because: drawing),
        .refused("--sampling-seq", "--sampler-seq", values: .one, because: drawing),
        .refused("--top-nsigma", "--top-n-sigma", values: .one, because: drawing),
        .refused("--xtc-probability", values: .one, because: drawing),
        .refused("--xtc-threshold", values: .one, because: drawing),
        .refused("--typical", "--typical-p", values: .one, because: drawing),
        .refused("--repeat-last-n", values: .one, because: drawing),
        .refused("--repeat-penalty", values: .one, because: drawing),
        .refused("--presence-penalty", values: .one, because: drawing),
        .refused("--frequency-penalty", values: .one, because: drawing),
        .refused("--dry-multiplier", values: .one, because: drawing),
        .refused("--dry-base", values: .one, because: drawing),
        .refused("--dry-allowed-length", values: .one, because: drawing),
        .refused("--dry-penalty-last-n", values: .one, because: drawing),
        .refused("--dry-sequence-breaker", values: .one, because: drawing),
        .refused("--adaptive-target", values: .one, because: adaptive),
        .refused("--adaptive-decay", values: .one, because: adaptive),
        .refused("--dynatemp-range", values: .one, because: drawing),
        .refused("--dynatemp-exp", values: .one, because: drawing),
        .refused("--mirostat", values: .one, because: drawing),
        .refused("--mirostat-lr", values: .one, because: drawing),
        .refused("--mirostat-ent", values: .one, because: drawing),
        .refused("-l", "--logit-bias", values: .one, because: drawing),
        .refused("--grammar", values: .one, because: constraint),
        .refused("--grammar-file", values: .one, because: constraint),
        .refused("-j", "--json-schema", values: .one, because: constraint),
        .refused("-jf", "--json-schema-file", values: .one, because: constraint),
    ]
}
