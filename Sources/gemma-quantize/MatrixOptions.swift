import ArgumentParser
import CommandSupport
import Foundation
import ImportanceMatrix
import Logging
import Quantization

/// Which importance matrix is used, and for which tensors.
struct MatrixOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "An importance matrix, from gemma-imatrix or llama-imatrix: precision is spent where it matters.",
            valueName: "file"))
    var imatrix: String?

    @Option(
        help: ArgumentHelp(
            "Use the importance matrix only for tensors whose name contains NAME. Can be repeated.", valueName: "name"))
    var includeWeights: [String] = []

    @Option(
        help: ArgumentHelp(
            "Do not use it for tensors whose name contains NAME. Can be repeated.", valueName: "name"))
    var excludeWeights: [String] = []

    func validate() throws {
        if !includeWeights.isEmpty, !excludeWeights.isEmpty {
            throw ValidationError("--include-weights and --exclude-weights cannot be used together")
        }
        if imatrix == nil, !includeWeights.isEmpty || !excludeWeights.isEmpty {
            throw ValidationError("--include-weights and --exclude-weights need a matrix (--imatrix)")
        }
    }

    func includes(_ name: String) -> Bool {
        (includeWeights.isEmpty || includeWeights.contains { name.contains($0) })
            && !excludeWeights.contains { name.contains($0) }
    }
}

/// The importance matrix that the user gave, without the entries that are not to be used.
struct GivenMatrix {
    let importance: Importance
    private let options: MatrixOptions

    /// Nil if there is none.
    init?(_ options: MatrixOptions) throws {
        guard let path = options.imatrix else { return nil }
        var matrix = try ImportanceMatrix(contentsOf: URL(fileURLWithPath: path))
        matrix.filter(options.includes)
        guard !matrix.entries.isEmpty else {
            throw ValidationError("--include-weights or --exclude-weights leave no entry of \(path)")
        }
        importance = Importance(matrix, name: path)
        self.options = options
    }

    /// Says how much it is used, and names tensors that it should have an entry for.
    func report(_ plan: QuantizationPlan) {
        let (matrix, used) = (importance.matrix, plan.entries.count { $0.heedsImportance })
        StandardError.write(
            "importance matrix: \(counted(matrix.entries.count, "tensor")), \(counted(matrix.chunkCount, "chunk")); "
                + "used for \(used) of \(counted(plan.entries.count { $0.isConverted }, "converted tensor"))\n")
        let missing = plan.entries.filter { $0.lacksImportance && options.includes($0.tensor.name) }
        guard !missing.isEmpty else { return }
        let names = missing.prefix(3).map { printable($0.tensor.name) } + (missing.count > 3 ? ["..."] : [])
        Logger(label: "gemma").warning(
            """
            the importance matrix has no entry for \(counted(missing.count, "tensor")), quantized as without one: \
            \(names.joined(separator: ", "))
            """)
    }
}
