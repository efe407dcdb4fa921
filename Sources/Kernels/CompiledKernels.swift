internal import GGUF
package import TensorBase

/// This module's instruction set at the boundary, and nothing else.
///
/// The same sources are compiled once per instruction set. Everything but this type and a few oracles of the tests is
/// internal: a type that other modules can see has metadata, whose helper functions the linker shares between modules.
/// Shared, those compiled for a newer processor would end up in code that runs on an older one.
package enum CompiledKernels: KernelSet {
    package static var form: KernelForm { Machine.form }
    package static var fusesMultiplyAdd: Bool { Machine.hasFusedMultiplyAdd }
    package static var prefersBLAS: Bool { !Machine.hasWideRegisters }

    // MARK: Formats

    package static func traits(of format: FormatID) -> FormatTraits? {
        guard let floats = FormatTable.visit(format, FloatsOfFormat()) else { return nil }
        return FormatTraits(
            floats: floats, importance: FormatTable.visitEncodable(format, ImportanceOfFormat()),
            activations: FormatTable.visitInteger(format, ActivationsOfFormat()))
    }

    package static func decode(
        _ row: UnsafeRawPointer, _ format: FormatID, count: Int, into values: UnsafeMutablePointer<Float>
    ) {
        known(FormatTable.visit(format, Decoding(row: row, count: count, values: values)))
    }

    package static func decodePlainly(
        _ row: UnsafeRawPointer, _ format: FormatID, count: Int, into values: UnsafeMutablePointer<Float>
    ) {
        known(FormatTable.visit(format, PlainDecoding(row: row, count: count, values: values)))
    }

    package static func encode(
        _ values: UnsafePointer<Float>, _ format: FormatID, count: Int, importance: UnsafePointer<Float>?,
        into row: UnsafeMutableRawPointer
    ) {
        known(
            FormatTable.visitEncodable(
                format, Encoding(values: values, count: count, importance: importance, row: row)))
    }

    // MARK: Products

    package static func scratchCount(columns: Int) -> Int { ProductTuning.scratchCount(columns: columns) }

    package static func multiply(_ task: ProductTask, rows: Range<Int>, scratch: UnsafeMutablePointer<Float>) {
        known(FormatTable.visit(task.format, FloatProduct(task: task, rows: rows, scratch: scratch)))
    }

    package static func dot(
        _ row: UnsafeRawPointer, _ format: FormatID, _ x: UnsafePointer<Float>, count: Int
    ) -> Float {
        known(FormatTable.visit(format, RowProduct(row: row, x: x, count: count)))
    }

    package static func quantize(_ row: UnsafePointer<Float>, token: Int, into rows: QuantizedRows) {
        rows.quantize(row, token: token)
    }

    package static func multiply(
        _ task: IntegerTask, rows: Range<Int>, next: UnsafeRawPointer, scratch: UnsafeMutablePointer<Float>
    ) {
        known(
            FormatTable.visitInteger(task.format, PanelProduct(task: task, rows: rows, next: next, scratch: scratch)))
    }

    package static func multiply(
        _ task: IntegerTask, selected rows: UnsafeBufferPointer<Int32>, into output: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>
    ) {
        known(
            FormatTable.visitInteger(
                task.format, SelectedProduct(task: task, rows: rows, output: output, scratch: scratch)))
    }

    // MARK: Attention

    package static func keyBlockBytes(_ type: CacheType, width: Int) -> Int {
        CacheTable.visit(type, KeyBlockBytes(width: width))
    }

    package static func valueBlockBytes(_ type: CacheType, width: Int) -> Int {
        CacheTable.visit(type, ValueBlockBytes(width: width))
    }

    package static func store(_ rows: StoredRows, asKeys type: CacheType, in block: UnsafeMutableRawPointer) {
        CacheTable.visit(type, KeyStorage(rows: rows, block: block))
    }

    package static func store(_ rows: StoredRows, asValues type: CacheType, in block: UnsafeMutableRawPointer) {
        CacheTable.visit(type, ValueStorage(rows: rows, block: block))
    }

    package static func rotateQueries(_ row: UnsafeMutablePointer<Float>, count: Int, into basis: CacheBasis) {
        switch basis {
        case .plain: break
        case .turbo: TurboQuant.rotate(row: row, count: count)
        case .trellis: TrellisRotation.rotate(row: row, count: count)
        }
    }

    package static func attend(
        _ task: AttentionTask, tokens: Range<Int>, head: Int, chunk: Int, scores: UnsafeMutablePointer<Float>,
        into states: UnsafeMutablePointer<Float>
    ) {
        task.attend(tokens, head: head, chunk: chunk, scores: scores, into: states)
    }

    package static func merge(
        _ task: AttentionTask, _ next: UnsafePointer<Float>, into state: UnsafeMutablePointer<Float>, member: Int
    ) {
        task.merge(next, into: state, member: member)
    }

    package static func finish(
        _ task: AttentionTask, _ state: UnsafePointer<Float>, token: Int, head: Int, member: Int
    ) {
        task.finish(state, token, head: head, member: member)
    }
}

/// The result of something done with a format. Callers have asked for the format's traits, so there is one.
@inline(__always)
private func known<Result>(_ result: Result?) -> Result {
    guard let result else { preconditionFailure("a format without traits") }
    return result
}

// MARK: - What is done with a format

private struct FloatsOfFormat: FormatVisitor {
    @inline(__always)
    func visit<Format: BlockFormat>(_: Format.Type) -> StoredFloats { Format.floats }
}

private struct ActivationsOfFormat: IntegerFormatVisitor {
    @inline(__always)
    func visit<Format: IntegerFormat>(_: Format.Type) -> ActivationForm { Format.activations }
}

private struct ImportanceOfFormat: EncodableFormatVisitor {
    @inline(__always)
    func visit<Format: EncodableFormat>(_: Format.Type) -> ImportanceUse { Format.importance }
}

private struct Decoding: FormatVisitor {
    let row: UnsafeRawPointer
    let count: Int
    let values: UnsafeMutablePointer<Float>

    @inline(never)
    func visit<Format: BlockFormat>(_: Format.Type) { Format.decode(row: row, count: count, into: values) }
}

private struct PlainDecoding: FormatVisitor {
    let row: UnsafeRawPointer
    let count: Int
    let values: UnsafeMutablePointer<Float>

    @inline(never)
    func visit<Format: BlockFormat>(_: Format.Type) {
        for block in 0..<count / Format.type.blockSize {
            Format.decode(
                block: row + block &* Format.type.blockBytes, into: values + block &* Format.type.blockSize)
        }
    }
}

private struct Encoding: EncodableFormatVisitor {
    let values: UnsafePointer<Float>
    let count: Int
    let importance: UnsafePointer<Float>?
    let row: UnsafeMutableRawPointer

    @inline(never)
    func visit<Format: EncodableFormat>(_: Format.Type) {
        Format.encode(row: values, count: count, importance: importance, into: row)
    }
}
