extension LlamaOption {
    private static let noDrafter: Reason = "this program uses no drafter"
    private static let placement: Reason = "the drafter is computed where the model is, by the same threads"
    private static let shared: Reason = "the drafter shares the model's context and cache"
    private static let drafts: Reason = "drafts never change the text, and how they are made is fixed"
    private static let onlyDrafter: Reason = [
        "drafts come from the drafter (-md) only", "this program uses no drafter",
    ]
    private static let downloadDrafter: Reason = [
        "nothing is downloaded; download the drafter and give it with -md",
        "nothing is downloaded, and this program uses no drafter",
    ]
    private static let takenAlong: Reason = [
        "-hf takes the model's drafter along", "drafts come from the drafter (-md) only",
        "this program uses no drafter",
    ]

    /// Drafts. They cannot change the text, so little of this is refused.
    static let speculation: [LlamaOption] =
        [
            .noEffect("-md", "--model-draft", "--spec-draft-model", values: .one, because: noDrafter),
            .noEffect("--spec-type", values: .one, because: noDrafter),
            .noEffect(
                "--spec-draft-n-max", "--draft-max", "--draft", "--draft-n", values: .one, because: noDrafter),
            .noEffect("--spec-draft-n-min", "--draft-min", "--draft-n-min", values: .one, because: drafts),
            .noEffect("--spec-draft-p-min", "--draft-p-min", values: .one, because: noDrafter),
            .noEffect("--spec-draft-p-split", "--draft-p-split", values: .one, because: drafts),
            .noEffect("--spec-draft-sampling", values: .one, because: drafts),
            .noEffect("--spec-draft-backend-sampling", "--no-spec-draft-backend-sampling", because: placement),
            .noEffect(
                "--spec-default",
                because: ["drafts are made whenever there is a drafter (-md)", "this program uses no drafter"]),
            .refused("--spec-synth-len", values: .one, because: "see gemma-bench --spec-synth-rates"),
            .refused("--spec-synth-rates", values: .one, because: "see gemma-bench --spec-synth-rates"),
            .refused(
                "-hfd", "-hfrd", "--hf-repo-draft", "--spec-draft-hf", values: .one, because: downloadDrafter),
            .noEffect("--mtp", because: takenAlong),
            .refused("--eagle3", "--dflash", because: onlyDrafter),
            .noEffect("-cd", "--ctx-size-draft", "--spec-draft-ctx-size", values: .one, because: shared),
            .noEffect("-ctkd", "--cache-type-k-draft", "--spec-draft-type-k", values: .one, because: shared),
            .noEffect("-ctvd", "--cache-type-v-draft", "--spec-draft-type-v", values: .one, because: shared),
            .noEffect("-td", "--threads-draft", "--spec-draft-threads", values: .one, because: placement),
            .noEffect("-tbd", "--threads-batch-draft", "--spec-draft-threads-batch", values: .one, because: placement),
            .noEffect("-Cd", "--cpu-mask-draft", "--spec-draft-cpu-mask", values: .one, because: placement),
            .noEffect("-Crd", "--cpu-range-draft", "--spec-draft-cpu-range", values: .one, because: placement),
            .noEffect("--cpu-strict-draft", "--spec-draft-cpu-strict", values: .one, because: placement),
            .noEffect("--prio-draft", "--spec-draft-prio", values: .one, because: placement),
            .noEffect("--poll-draft", "--spec-draft-poll", values: .one, because: placement),
            .noEffect(
                "-Cbd", "--cpu-mask-batch-draft", "--spec-draft-cpu-mask-batch", values: .one, because: placement),
            .noEffect(
                "-Crbd", "--cpu-range-batch-draft", "--spec-draft-cpu-range-batch", values: .one, because: placement),
            .noEffect("--cpu-strict-batch-draft", "--spec-draft-cpu-strict-batch", values: .one, because: placement),
            .noEffect("--prio-batch-draft", "--spec-draft-prio-batch", values: .one, because: placement),
            .noEffect("--poll-batch-draft", "--spec-draft-poll-batch", values: .one, because: placement),
            .noEffect(
                "-ngld", "--gpu-layers-draft", "--n-gpu-layers-draft", "--spec-draft-ngl", values: .one,
                because: placement),
            .noEffect("-devd", "--device-draft", "--spec-draft-device", values: .one, because: placement),
            .noEffect(
                "-otd", "--override-tensor-draft", "--spec-draft-override-tensor", values: .one, because: placement),
            .noEffect("-cmoed", "--cpu-moe-draft", "--spec-draft-cpu-moe", because: placement),
            .noEffect(
                "-ncmoed", "--n-cpu-moe-draft", "--spec-draft-n-cpu-moe", "--spec-draft-ncmoe", values: .one,
                because: placement),
            .noEffect("-lcs", "--lookup-cache-static", values: .one, because: onlyDrafter),
            .noEffect("-lcd", "--lookup-cache-dynamic", values: .one, because: onlyDrafter),
        ]
        + [
            "mod-n-min", "mod-n-max", "mod-n-match", "simple-size-n", "simple-size-m", "simple-min-hits",
            "map-k-size-n", "map-k-size-m", "map-k-min-hits", "map-k4v-size-n", "map-k4v-size-m", "map-k4v-min-hits",
            "size-n", "size-m", "min-hits",
        ].map { .noEffect("--spec-ngram-\($0)", values: .one, because: onlyDrafter) }
}
