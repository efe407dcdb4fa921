import ArgumentParser
import CommandSupport
import Foundation
import ReferenceCheck

/// Options of every check.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print one JSON array on standard output instead of lines.")
    var json = false

    /// Runs `check` on each of `cases` and prints the results. Ends with exit code 1 if any failed; a case that cannot
    /// be checked counts as failed.
    func report(_ cases: [String], _ check: (String) throws -> any CheckResult) throws {
        guard !cases.isEmpty else { throw ValidationError("there is nothing to check in that folder") }
        var results: [any CheckResult] = []
        for name in cases {
            let result: any CheckResult
            do {
                result = try check(name)
            } catch {
                result = Failure(name: name, error: explanation(of: error))
            }
            results.append(result)
            if !json { try StandardOutput.write(result.line + "\n") }
        }
        let failed = results.count { !$0.passed }
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            let data = try encoder.encode(results.map(AnyResult.init))
            try StandardOutput.write(String(decoding: data, as: UTF8.self) + "\n")
        } else {
            try StandardOutput.write("\(results.count - failed) passed, \(failed) failed\n")
        }
        if failed > 0 { throw ExitCode(1) }
    }
}

/// A case that could not be checked.
private struct Failure: CheckResult {
    let name: String
    let error: String
    var passed = false

    var line: String { "FAILED \(name): \(error)" }
}

private struct AnyResult: Encodable {
    let result: any CheckResult

    func encode(to encoder: any Encoder) throws { try result.encode(to: encoder) }
}
