import CommandSupport
import Foundation
import ImportanceMatrix

/// Where the matrix is written.
struct MatrixOutput: Sendable {
    let url: URL
    private let format: ImportanceFormat
    private let frequency: Int
    private let copyFrequency: Int

    init(_ options: MatrixOptions) {
        let named = options.output.map { URL(fileURLWithPath: $0) }
        // As in llama-imatrix, a name may ask for the old format.
        format = options.outputFormat ?? (named?.pathExtension == "dat" ? .dat : .gguf)
        url = named ?? URL(fileURLWithPath: "imatrix.\(format.rawValue)")
        frequency = options.outputFrequency
        copyFrequency = options.saveFrequency
    }

    func write(_ matrix: ImportanceMatrix) throws { try matrix.write(to: url, as: format) }

    /// Saves what a run has after `chunks` chunks, if it is time to.
    /// - Returns: whether the matrix was written at its own name.
    func save(after chunks: Int, _ matrix: () throws -> ImportanceMatrix) throws -> Bool {
        if copyFrequency > 0, chunks.isMultiple(of: copyFrequency) {
            let copy = url.deletingLastPathComponent().appendingPathComponent(url.lastPathComponent + ".at_\(chunks)")
            try matrix().write(to: copy, as: format)
        }
        guard chunks.isMultiple(of: frequency) else { return false }
        try write(matrix())
        return true
    }

    func summary(of matrix: ImportanceMatrix) -> String {
        "\(url.path) written: \(counted(matrix.entries.count, "tensor")), \(counted(matrix.chunkCount, "chunk"))\n"
    }
}
