extension LlamaOption {
    private static let perplexity: Reason = "see gemma-perplexity"
    private static let imatrix: Reason = "see gemma-imatrix"
    private static let multipleChoice: Reason =
        "tests with several answers are not offered; gemma-perplexity reads plain text"

    /// What llama-perplexity and llama-imatrix have beside the common options.
    static let measures: [LlamaOption] = [
        .refused("--chunks", values: .one, because: perplexity),
        .refused("--kl-divergence", because: perplexity),
        .refused("--kl-divergence-base", "--save-all-logits", values: .one, because: perplexity),
        .refused("--ppl-stride", values: .one, because: "chunks do not overlap"),
        .refused(
            "--ppl-output-type", values: .one,
            because: ["there is one format of output, and --json", "there is one format of output"]),
        .refused("--hellaswag", because: multipleChoice),
        .refused("--hellaswag-tasks", values: .one, because: multipleChoice),
        .refused("--winogrande", because: multipleChoice),
        .refused("--winogrande-tasks", values: .one, because: multipleChoice),
        .refused("--multiple-choice", because: multipleChoice),
        .refused("--multiple-choice-tasks", values: .one, because: multipleChoice),
        .refused(
            "-o", "--output", "--output-file", values: .one,
            because: "results go to standard output; redirect it (>FILE)"),
        .refused("--in-file", values: .one, because: imatrix),
        .refused("-ofreq", "--output-frequency", values: .one, because: imatrix),
        .refused("--output-format", values: .one, because: imatrix),
        .refused("--save-frequency", values: .one, because: imatrix),
        .refused("--process-output", because: imatrix),
        .refused("--ppl", because: imatrix),
        .refused("--no-ppl", because: imatrix),
        .refused("--chunk", "--from-chunk", values: .one, because: imatrix),
        .refused("--show-statistics", because: "statistics of an importance matrix are not offered"),
        .refused("--parse-special", because: imatrix),
    ]

    private static let fixedBatch: Reason = "a prompt is read in batches of a fixed number of rows"

    /// llama-bench
    static let bench: [LlamaOption] = [
        .declared("-p", "--n-prompt"),
        .declared("-n", "--n-gen"),
        .declared("-d", "--n-depth"),
        .declared("-r", "--repetitions"),
        .declared("-o", "--output"),
        .refused("-pg", values: .one, because: "measure the prompt (-p) and the decodes (-n) each by themselves"),
        .noEffect("--delay", values: .one, because: "tests follow each other at once"),
        .refused("-oe", "--output-err", values: .one, because: "results go to standard output only"),
        .noEffect("--progress", because: "results with -o jsonl are printed as they come"),
        .declared("-b", "--rows"),
        .refused(
            "--batch-size", values: .one,
            because: "a prompt is read in batches of a fixed number of rows; -b here is the number of rows per decode"),
        .noEffect("-ub", "--ubatch-size", values: .one, because: fixedBatch),
        .noEffect("-nkvo", "--no-kv-offload", values: .one, because: processor),
        .noEffect("-nopo", "--no-op-offload", values: .one, because: processor),
        .noEffect("--no-host", values: .one, because: processor),
        .noEffect("--repack", values: .one, because: "weights stay as the file has them"),
        .noEffect("-mmp", "--mmap", values: .one, because: "files are mapped"),
        .refused("-embd", "--embeddings", values: .one, because: "embeddings are not computed"),
        .noEffect("-fa", "--flash-attn", values: .one, because: "there is one kind of attention"),
        .noEffect("--no-warmup", because: "each test runs once before it is measured"),
    ]

    /// llama-quantize
    static let quantize: [LlamaOption] = [
        .noEffect("--max-buffer-size", values: .one, because: "few rows are in memory at a time"),
        .refused("--prune-layers", values: .one, because: "all layers are kept"),
        .refused("--tensor-type-file", values: .one, because: "repeat --tensor-type NAME=TYPE"),
        .refused("-m", "--model", values: .one, because: "name the input first: IN.gguf [OUT.gguf] TYPE"),
        .refused("-o", "--output", values: .one, because: "name the output after the input: IN.gguf OUT.gguf TYPE"),
    ]
}
