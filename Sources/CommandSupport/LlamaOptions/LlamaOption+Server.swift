extension LlamaOption {
    private static let onlyServer: Reason = "it is for a server, which this program is not"

    /// What only llama-server has.
    static let server: [LlamaOption] =
        [
            ["-ctxcp", "--ctx-checkpoints", "--swa-checkpoints"], ["-cms", "--checkpoint-min-step"],
            ["-cram", "--cache-ram"], ["--pooling"], ["--image-min-tokens"], ["--image-max-tokens"],
            ["--mtmd-batch-max-tokens"], ["--video-fps"], ["--video-timestamp-interval"], ["--video-ffmpeg-dir"],
            ["-a", "--alias"], ["--tags"], ["--embd-normalize"], ["--host"], ["--port"], ["--path"],
            ["--cors-origins"], ["--cors-methods"], ["--cors-headers"], ["--api-prefix"],
            ["--ui-config", "--webui-config"], ["--ui-config-file", "--webui-config-file"], ["--tools"],
            ["--tools-runtime"], ["--mcp-servers-config"], ["--mcp-servers-json"], ["--api-key"], ["--api-key-file"],
            ["--ssl-key-file"], ["--ssl-cert-file"], ["-to", "--timeout"], ["--sse-ping-interval"],
            ["--threads-http"], ["--cache-reuse"], ["--slot-save-path"], ["--media-path"], ["--models-dir"],
            ["--models-preset"], ["--models-max"], ["-sps", "--slot-prompt-similarity"], ["--sleep-idle-seconds"],
            ["--log-prompts-dir"],
        ].map { LlamaOption(names: $0, values: .one, otherwise: .refused(onlyServer)) }
        + [
            ["--cache-idle-slots"], ["--no-cache-idle-slots"], ["--spm-infill"], ["--reuse-port"],
            ["--cors-credentials"], ["--no-cors-credentials"], ["--ui-mcp-proxy", "--webui-mcp-proxy"],
            ["--no-ui-mcp-proxy", "--no-webui-mcp-proxy"], ["-ag", "--agent"], ["-no-ag", "--no-agent"],
            ["--ui", "--webui"], ["--no-ui", "--no-webui"], ["--embedding", "--embeddings"],
            ["--rerank", "--reranking"], ["--cache-prompt"], ["--no-cache-prompt"], ["--metrics"], ["--props"],
            ["--slots"], ["--no-slots"], ["--models-autoload"], ["--no-models-autoload"],
        ].map { LlamaOption(names: $0, values: .none, otherwise: .refused(onlyServer)) }
        + [
            "--embd-gemma-default", "--fim-qwen-1.5b-default", "--fim-qwen-3b-default", "--fim-qwen-7b-default",
            "--fim-qwen-7b-spec", "--fim-qwen-14b-spec", "--fim-qwen-30b-default", "--gpt-oss-20b-default",
            "--gpt-oss-120b-default", "--vision-gemma-4b-default", "--vision-gemma-12b-default",
        ].map { .refused($0, because: download) }
}
