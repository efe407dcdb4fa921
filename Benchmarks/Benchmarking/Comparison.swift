internal import Foundation

/// The samples of one side for each test, over all rounds. Tests are in the order of their first samples.
package struct Samples: Sendable, Equatable {
    package private(set) var names: [String] = []
    private var rates: [String: [Double]] = [:]

    package init() {}

    package subscript(name: String) -> [Double] { rates[name] ?? [] }

    package mutating func add(_ name: String, _ samples: [Double]) {
        if rates[name] == nil { names.append(name) }
        rates[name, default: []] += samples
    }

    /// Adds the output of a peer: one JSON object per line with `test` and `samples_ts`, or with the fields of
    /// llama-bench instead of `test`. Other lines are ignored.
    package mutating func add(output: String) {
        for line in output.split(whereSeparator: \.isNewline) {
            guard let figure = try? JSONDecoder().decode(PeerFigure.self, from: Data(line.utf8)),
                let name = figure.name, !figure.samples_ts.isEmpty
            else { continue }
            add(name, figure.samples_ts)
        }
    }
}

/// A line of output of a peer.
private struct PeerFigure: Decodable {
    let test: String?
    let n_prompt: Int?
    let n_gen: Int?
    let n_depth: Int?
    let samples_ts: [Double]

    var name: String? {
        // peer_bench.py writes `tg64b2 (decodes/s)`.
        if let test { return test.replacingOccurrences(of: " (decodes/s)", with: "") }
        let depth = n_depth ?? 0
        switch (n_prompt ?? 0, n_gen ?? 0) {
        case (let tokens, 0) where tokens > 0: return BenchmarkTest.prompt(tokens: tokens, depth: depth).name
        case (0, let passes) where passes > 0: return BenchmarkTest.decode(passes: passes, rows: 1, depth: depth).name
        default: return nil
        }
    }
}

/// Our samples and those of a peer, measured in alternation.
package struct Comparison: Sendable {
    package var ours = Samples()
    package var peer = Samples()

    package init() {}

    /// Tests that only one side has measured.
    package var unpaired: [String] {
        ours.names.filter { peer[$0].isEmpty } + peer.names.filter { ours[$0].isEmpty }
    }

    /// A record for each test that both sides have measured.
    /// - Throws: `BenchmarkError.nothingInCommon`.
    package func records() throws(BenchmarkError) -> [Record] {
        let names = ours.names.filter { !peer[$0].isEmpty }
        guard !names.isEmpty else { throw .nothingInCommon(ours: ours.names, peer: peer.names) }
        return names.map { name in
            var record = Record()
            record.add("test", name)
            let ratio = ours[name].median / peer[name].median
            record.add("ratio", ratio.isFinite ? ratio : nil)
            for (side, rates) in [("", ours[name]), ("peer_", peer[name])] {
                record.add(side + "median_ts", rates.median)
                record.add(side + "min_ts", rates.min())
                record.add(side + "max_ts", rates.max())
                record.add(side + "samples_ts", .numbers(rates))
            }
            return record
        }
    }

    /// Medians, with the range from the slowest to the fastest sample.
    package static let columns = [
        TableColumn("test", isNumber: false) { $0["test"].text ?? "" },
        TableColumn("swift-gemma t/s") { spread($0, "") },
        TableColumn("peer t/s") { spread($0, "peer_") },
        TableColumn("ratio") { $0["ratio"].formatted(2, unit: "x") },
    ]

    private static func spread(_ record: Record, _ side: String) -> String {
        "\(record[side + "median_ts"].formatted(2)) "
            + "(\(record[side + "min_ts"].formatted(2))..\(record[side + "max_ts"].formatted(2)))"
    }
}

/// Another engine, or another build of this one.
package struct Peer: Sendable {
    package let command: String

    package init(command: String) { self.command = command }

    /// Runs the command in a shell and adds its results. Its standard error is passed through.
    package func run(into samples: inout Samples) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        do {
            try process.run()
        } catch {
            throw BenchmarkError.cannotStart(command: command, reason: error.localizedDescription)
        }
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw BenchmarkError.peerFailed(command: command, status: process.terminationStatus)
        }
        let before = samples
        samples.add(output: String(decoding: data, as: UTF8.self))
        guard samples != before else { throw BenchmarkError.peerSilent(command: command) }
    }
}
