import Foundation
import Testing

/// Runs the executables that were built with the tests.
struct Command {
    let status: Int32
    /// Whether a signal ended it. `status` then is the number of the signal.
    let isKilled: Bool
    let output: String
    /// Whether the output is valid UTF-8.
    let isWhole: Bool
    let error: String

    static let fixtures = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures")

    /// - Parameters:
    ///   - script: a shell script that runs the command as `"$@"`.
    ///   - bytes: calls `action` once when this many bytes of output have arrived. By default that sends Ctrl-C.
    init(
        _ name: String, _ arguments: [String], shell script: String? = nil, input: String? = nil,
        interruptAfter bytes: Int? = nil, action: (Process) throws -> Void = { $0.interrupt() }
    ) throws {
        let process = Process()
        process.executableURL = try Self.executable(name)
        process.arguments = arguments
        if let script {
            process.arguments = try ["-c", script, "sh", Self.executable(name).path] + arguments
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
        }
        let (output, error, standardInput) = (Pipe(), Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = error
        process.standardInput = standardInput
        try process.run()
        if let input { try standardInput.fileHandleForWriting.write(contentsOf: Data(input.utf8)) }
        try standardInput.fileHandleForWriting.close()
        var text = Data()
        var bytes = bytes
        while true {
            let part = output.fileHandleForReading.availableData
            if part.isEmpty { break }
            text += part
            if let limit = bytes, text.count >= limit {
                try action(process)
                bytes = nil  // only once: a second Ctrl-C would kill the process
            }
        }
        self.output = String(decoding: text, as: UTF8.self)
        isWhole = String(validating: text, as: UTF8.self) != nil
        self.error = String(decoding: try error.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        status = process.terminationStatus
        isKilled = process.terminationReason == .uncaughtSignal
    }

    #if os(macOS)
        private static let bundles = [Bundle.main, Bundle(for: TemporaryFolder.self)]
    #else
        private static let bundles = [Bundle.main]
    #endif

    /// Executables are in the same folder as the bundle of the tests.
    static func executable(_ name: String) throws -> URL {
        let places = bundles.flatMap { [$0.bundleURL, $0.bundleURL.deletingLastPathComponent()] }
        let candidates = places.map { $0.appendingPathComponent(name) }
        return try #require(
            candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) }, "\(name) has not been built")
    }

    /// The error, if it is exactly one line.
    var errorLine: String? {
        let lines = error.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.count == 2 && lines[1].isEmpty && lines[0].hasPrefix("error: ") ? String(lines[0]) : nil
    }
}

/// A folder that is deleted with the last reference.
final class TemporaryFolder {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString, isDirectory: true)

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appendingPathComponent(name).path }

    var names: Set<String> {
        get throws { Set(try FileManager.default.contentsOfDirectory(atPath: url.path)) }
    }
}

/// A file that is deleted with the last reference.
final class TemporaryFile {
    let path: String

    init(_ bytes: some Sequence<UInt8>) throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString + ".gguf").path
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
