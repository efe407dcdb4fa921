import ArgumentParser
import CommandSupport
import Foundation
import FuzzTargets
import Platform

@main
enum Main {
    static func main() { runCommand(GemmaSweep.self) }
}

/// Damages the miniature pair in every simple way, and checks that the engine copes.
struct GemmaSweep: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gemma-sweep",
        abstract: "Cuts a small model at every byte and flips every bit of its header and metadata.",
        discussion: """
            Each damaged file is loaded; if that succeeds, six tokens are generated. The exit code is 1 if one file \
            takes more than 2 seconds, or if the run needs more than 512 MB of memory.
            """)

    @Option(help: "Use only every n-th byte and bit.")
    var step = 1

    func validate() throws {
        guard step >= 1 else { throw ValidationError("--step is \(step); expected 1 or more") }
    }

    func run() throws {
        for (name, bytes) in [
            ("target", try MiniaturePair.target()), ("drafter", try MiniaturePair.drafter()),
        ] {
            try sweep("\(name) cut", stride(from: 0, to: bytes.count, by: step)) { Array(bytes.prefix($0)) }
            let header = try MiniaturePair.dataRange(of: bytes).lowerBound
            try sweep("\(name) bits", stride(from: 0, to: 8 * header, by: step)) { bit in
                var damaged = bytes
                damaged[bit / 8] ^= 1 << UInt8(bit % 8)
                return damaged
            }
        }
        if let memory = ResidentMemory.current {
            try StandardOutput.write("at most \(memory.peak / 1_000_000) MB of memory\n")
            if memory.peak > 512 << 20 { throw ExitCode(1) }
        }
    }

    private func sweep(_ name: String, _ places: StrideTo<Int>, _ damage: (Int) -> [UInt8]) throws {
        var (refused, loaded, slowest, slowestPlace) = (0, 0, Duration.zero, 0)
        for place in places {
            let input = damage(place)
            let start = ContinuousClock.now
            switch try FuzzTarget.model.run(input) {
            case .accepted: loaded += 1
            case .refused: refused += 1
            }
            let time = ContinuousClock.now - start
            if time > slowest { (slowest, slowestPlace) = (time, place) }
        }
        try StandardOutput.write(
            "\(name): \(refused) refused, \(loaded) loaded; the slowest took "
                + slowest.formatted(.units(allowed: [.milliseconds], fractionalPart: .show(length: 1)))
                + " (at \(slowestPlace))\n")
        if slowest > .seconds(2) { throw ExitCode(1) }
    }
}
