import Foundation
import GGUF
import Gemma4
import Tensor
import Testing

/// Models whose matrices are NVFP4 with a scale beside each, as conversions of NVIDIA's files have them.
@Suite("NVFP4 with scales")
struct NVFP4Tests {
    private static func target(_ name: String) throws -> AlteredFile {
        guard name != "bundled" else { return try .target() }
        let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return try AlteredFile(fixtures.appendingPathComponent("Fixtures/\(name)/target.gguf"))
    }

    /// One model in three files.
    private struct Files {
        /// NVFP4 with `.scale` and `.input_scale`.
        var scaled: AlteredFile
        /// The same weights as floats, with the scales multiplied in.
        var floats: AlteredFile
        /// NVFP4 without its scales.
        var bare: AlteredFile
        var matrices = 0

        init(_ file: AlteredFile) throws {
            (scaled, floats, bare) = (file, file, file)
            for index in file.tensors.indices where file.tensors[index].canBeNVFP4 { try convert(index) }
        }

        private mutating func convert(_ index: Int) throws {
            let values = scaled.tensors[index].decoded()
            let shape = scaled.tensors[index].dimensions
            // One for each expert. Small numbers, so that a product with a weight is exact.
            let scales = (0..<(shape.count > 2 ? shape[2] : 1)).map { Float(3 + (index + $0) % 8) / 1024 }
            let expertSize = shape[0] * shape[1]
            let unscaled = values.enumerated().map { $1 / scales[$0 / expertSize] }
            scaled.tensors[index].encode(unscaled, as: .nvfp4)
            bare.tensors[index] = scaled.tensors[index]
            let decoded = scaled.tensors[index].decoded()
            floats.tensors[index].encode(decoded.enumerated().map { $1 * scales[$0 / expertSize] }, as: .f32)

            let stem = scaled.tensors[index].name.dropLast(".weight".count)
            scaled.add(tensor: stem + ".scale", scales)
            scaled.add(tensor: stem + ".input_scale", scales.map { _ in 123 })
            matrices += 1
        }
    }

    /// The logits after each token, most of which are read as a batch and two one by one.
    private func logits(_ file: AlteredFile, _ precision: ActivationPrecision) throws -> [Float] {
        let context = try TargetContext(
            Target(file.file), contextLength: 32, cacheTypes: .f32,
            compute: Compute(threadCount: 1, precision: precision))
        let tokens = (0..<20).map { Int32(20 + 7 * $0) }
        return try [0..<18, 18..<19, 19..<20].flatMap { range in
            let output = try context.forward(tokens[range], logits: 0..<range.count, hidden: 0..<0)
            return (0..<range.count).flatMap { Array(output.logits.row($0)) }
        }
    }

    /// The root of the mean squared difference, as a share of the values.
    private func distance(_ a: [Float], _ b: [Float]) -> Float {
        let error = zip(a, b).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        return (error / b.reduce(Float(0)) { $0 + $1 * $1 }).squareRoot()
    }

    /// - Parameter tolerance: with activations of 8 bits, which send some tokens of a random model to other experts.
    @Test(
        "Logits are those of float weights with the scales multiplied in",
        arguments: [("bundled", 70, 0.15), ("26b-a4b-q8_0", 27, 0.45)] as [(String, Int, Float)])
    func logits(_ model: String, _ matrices: Int, _ tolerance: Float) throws {
        let files = try Files(Self.target(model))
        #expect(files.matrices == matrices)
        let expected = try logits(files.floats, .floats)
        let found = try distance(logits(files.scaled, .floats), expected)
        #expect(found < 1e-5)
        let rounded = try distance(logits(files.scaled, .bytes), expected)
        #expect(rounded < tolerance)
        // Norms after the products make up for most scales that are left out, but not for those before an activation.
        let bare = try distance(logits(files.bare, .floats), expected)
        #expect(bare > 1e-3)
    }
}

extension AlteredFile.Tensor {
    fileprivate var canBeNVFP4: Bool {
        // The scale of experts' down matrices is the router's.
        name.hasPrefix("blk.") && type == .q8_0 && dimensions[0].isMultiple(of: 64)
            && !name.contains("ffn_down_exps")
    }

    fileprivate func decoded() -> [Float] {
        let (columns, rowBytes) = (dimensions[0], type.byteCount(of: dimensions[0]))
        var values = [Float](repeating: 0, count: dimensions.reduce(1, *))
        values.withUnsafeMutableBufferPointer { values in
            bytes.withUnsafeBytes { bytes in
                for row in 0..<values.count / columns {
                    Kernels.current.decode(
                        bytes.baseAddress! + row * rowBytes, type.id, count: columns,
                        into: values.baseAddress! + row * columns)
                }
            }
        }
        return values
    }

    fileprivate mutating func encode(_ values: [Float], as format: TensorType) {
        let (columns, rowBytes) = (dimensions[0], format.byteCount(of: dimensions[0]))
        var encoded = [UInt8](repeating: 0, count: values.count / columns * rowBytes)
        encoded.withUnsafeMutableBytes { bytes in
            values.withUnsafeBufferPointer { values in
                for row in 0..<values.count / columns {
                    Kernels.current.encode(
                        values.baseAddress! + row * columns, format.id, count: columns, importance: nil,
                        into: bytes.baseAddress! + row * rowBytes)
                }
            }
        }
        (type, bytes) = (format, encoded)
    }
}
