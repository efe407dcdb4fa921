extension LlamaOption {
    private static let oneNumber: Reason = [
        "the number of threads (-t) serves for everything", "this program has no use for threads",
    ]
    private static let affinity: Reason = "use taskset(1) to choose processors"
    private static let priority: Reason = "use nice(1)"
    private static let polling: Reason = "how threads wait is fixed"
    private static let fitting: Reason = "a context that does not fit the memory is refused"

    /// Threads and devices.
    static let machine: [LlamaOption] = [
        .noEffect("-t", "--threads", values: .one, because: "this program has no use for threads"),
        .noEffect("-tb", "--threads-batch", values: .one, because: oneNumber),
        .noEffect("-C", "--cpu-mask", values: .one, because: affinity),
        .noEffect("-Cr", "--cpu-range", values: .one, because: affinity),
        .noEffect("--cpu-strict", values: .one, because: affinity),
        .noEffect("-Cb", "--cpu-mask-batch", values: .one, because: affinity),
        .noEffect("-Crb", "--cpu-range-batch", values: .one, because: affinity),
        .noEffect("--cpu-strict-batch", values: .one, because: affinity),
        .noEffect("--prio", values: .one, because: priority),
        .noEffect("--prio-batch", values: .one, because: priority),
        .noEffect("--poll", values: .one, because: polling),
        .noEffect("--poll-batch", values: .one, because: polling),
        .noEffect("--numa", values: .one, because: "use numactl(8)"),
        .noEffect("-ngl", "--gpu-layers", "--n-gpu-layers", values: .one, because: processor),
        .noEffect("-dev", "--device", values: .one, because: processor),
        .refused(
            "--list-devices",
            because: [
                "everything is computed on the processor; --version names the instructions in use",
                "everything is computed on the processor",
            ]),
        .noEffect("-ot", "--override-tensor", values: .one, because: processor),
        .noEffect("-cmoe", "--cpu-moe", because: processor),
        .noEffect("-ncmoe", "--n-cpu-moe", values: .one, because: processor),
        .noEffect("-ncffn", "--n-cpu-ffn", values: .one, because: processor),
        .noEffect("--moe-cache-mib", values: .one, because: processor),
        .noEffect("-sm", "--split-mode", values: .one, because: processor),
        .noEffect("-ts", "--tensor-split", values: .one, because: processor),
        .noEffect("-mg", "--main-gpu", values: .one, because: processor),
        .noEffect("-kvo", "--kv-offload", because: processor),
        .noEffect("-nkvo", "--no-kv-offload", because: processor),
        .noEffect("--op-offload", "--no-op-offload", because: processor),
        .noEffect("--rpc", values: .one, because: "everything is computed on this machine"),
        .noEffect("-fit", "--fit", values: .onOffAuto, because: fitting),
        .noEffect("-fitt", "--fit-target", values: .one, because: fitting),
        .noEffect("-fitc", "--fit-ctx", values: .one, because: fitting),
        .noEffect("-fa", "--flash-attn", values: .onOffAuto, because: "there is one kind of attention"),
        .noEffect("-bs", "--backend-sampling", because: processor),
        .noEffect("--perf", "--no-perf", because: "times are always measured"),
        .noEffect("--warmup", "--no-warmup", because: "there is no warm-up run"),
    ]

    private static let mapping: Reason = "files are mapped, and read when they are needed"
    private static let onePass: Reason = "a batch has a fixed number of rows"
    private static let oneSequence: Reason = "there is one sequence at a time"

    /// Memory, batches and the cache.
    static let memory: [LlamaOption] = [
        .noEffect("--mlock", because: mapping),
        .noEffect("--mmap", "--no-mmap", because: mapping),
        .noEffect("-dio", "--direct-io", "-ndio", "--no-direct-io", because: mapping),
        .noEffect("-lm", "--load-mode", values: .one, because: mapping),
        .noEffect("-lzm", "--lazy-mode", values: .one, because: mapping),
        .noEffect("--repack", "-nr", "--no-repack", because: "weights stay as the file has them"),
        .noEffect("--no-host", because: processor),
        .noEffect("-c", "--ctx-size", values: .one, because: "this program has no context"),
        .noEffect("-b", "--batch-size", values: .one, because: onePass),
        .noEffect("-ub", "--ubatch-size", values: .one, because: onePass),
        .noEffect("--swa-full", because: "the cache keeps what the model's sliding windows see"),
        .noEffect("-ctk", "--cache-type-k", values: .one, because: "this program has no cache"),
        .noEffect("-ctv", "--cache-type-v", values: .one, because: "this program has no cache"),
        .noEffect("-dt", "--defrag-thold", values: .one, because: "the cache has no gaps"),
        .noEffect("-np", "--parallel", values: .one, because: oneSequence),
        .noEffect("-ns", "--sequences", values: .one, because: oneSequence),
        .noEffect("-cb", "--cont-batching", "-nocb", "--no-cont-batching", because: oneSequence),
        .noEffect("-kvu", "--kv-unified", "-no-kvu", "--no-kv-unified", because: oneSequence),
        .noEffect("--kv-unified-per-slot", values: .one, because: oneSequence),
        .noEffect("--prompt-cache", values: .one, because: "prompts are read anew each time"),
        .noEffect("--prompt-cache-all", because: "only what was read of a prompt is saved"),
        .noEffect("--prompt-cache-ro", because: "prompts are read anew each time"),
        .noEffect(
            "--keep", values: .one, because: "a text ends where the context is full, and nothing is dropped from it"),
        .refused(
            "--context-shift",
            because: ["a text ends where the context is full; make it longer (-c)", "this program has no context"]),
        .usual("--no-context-shift"),
        .refused("-gan", "--grp-attn-n", values: .one, because: positions),
        .refused("-gaw", "--grp-attn-w", values: .one, because: positions),
        .refused("--rope-scaling", values: .one, because: positions),
        .refused("--rope-scale", values: .one, because: positions),
        .refused("--rope-freq-base", values: .one, because: positions),
        .refused("--rope-freq-scale", values: .one, because: positions),
        .refused("--yarn-orig-ctx", values: .one, because: positions),
        .refused("--yarn-ext-factor", values: .one, because: positions),
        .refused("--yarn-attn-factor", values: .one, because: positions),
        .refused("--yarn-beta-slow", values: .one, because: positions),
        .refused("--yarn-beta-fast", values: .one, because: positions),
    ]

    private static let positions: Reason = "positions are encoded as the model's file says"
}
