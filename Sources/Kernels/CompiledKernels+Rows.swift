internal import TensorBase

// Operations on one row of activations.

extension CompiledKernels {
    package static func norm(
        _ x: UnsafePointer<Float>, count: Int, weight: UnsafePointer<Float>?, epsilon: Float,
        into output: UnsafeMutablePointer<Float>
    ) {
        let factor = inverseRootMeanSquare(x, count: count, epsilon: epsilon)
        if x != UnsafePointer(output) { output.update(from: x, count: count) }
        if let weight {
            forEachVector(count, output) { vector, index in vector * factor * loadVector(weight, index, count: count) }
        } else {
            forEachVector(count, output) { vector, _ in vector * factor }
        }
    }

    package static func addNormed(
        _ update: UnsafePointer<Float>, weight: UnsafePointer<Float>, epsilon: Float,
        to x: UnsafeMutablePointer<Float>, count: Int
    ) {
        let factor = inverseRootMeanSquare(update, count: count, epsilon: epsilon)
        forEachVector(count, x) { vector, index in
            vector + loadVector(update, index, count: count) * factor * loadVector(weight, index, count: count)
        }
    }

    package static func add(_ update: UnsafePointer<Float>, to x: UnsafeMutablePointer<Float>, count: Int) {
        forEachVector(count, x) { vector, index in vector + loadVector(update, index, count: count) }
    }

    package static func scale(_ x: UnsafeMutablePointer<Float>, by factor: Float, count: Int) {
        forEachVector(count, x) { vector, _ in vector * factor }
    }

    package static func multiply(_ x: UnsafeMutablePointer<Float>, by weight: UnsafePointer<Float>, count: Int) {
        forEachVector(count, x) { vector, index in vector * loadVector(weight, index, count: count) }
    }

    package static func gelu(_ gate: UnsafeMutablePointer<Float>, times up: UnsafePointer<Float>, count: Int) {
        forEachVector(count, gate) { vector, index in approximateGELU(vector) * loadVector(up, index, count: count) }
    }

    package static func softCap(_ x: UnsafeMutablePointer<Float>, cap: Float, count: Int) {
        forEachVector(count, x) { vector, _ in hyperbolicTangent(vector / cap) * cap }
    }

    package static func softmax(_ x: UnsafeMutablePointer<Float>, count: Int) { softmaxInPlace(x, count: count) }

    package static func rotate(
        _ row: UnsafeMutablePointer<Float>, heads: Int, width: Int, cosines: UnsafePointer<Float>,
        sines: UnsafePointer<Float>
    ) {
        let half = width / 2
        for head in 0..<heads {
            let low = row + (head &* width)
            let high = low + half
            var pair = 0
            while pair &+ 16 <= half {
                let (a, b, c, s) = (One(low + pair), One(high + pair), One(cosines + pair), One(sines + pair))
                (a * c - b * s).store(to: low + pair)
                (b * c + a * s).store(to: high + pair)
                pair &+= 16
            }
            while pair < half {
                let (a, b, c, s) = (low[pair], high[pair], cosines[pair], sines[pair])
                low[pair] = a * c - b * s
                high[pair] = b * c + a * s
                pair &+= 1
            }
        }
    }

    package static func read(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        // Four streams for the same reason as in `BlockFormat.multiplyPanel`.
        typealias Vector = SIMD8<UInt64>
        guard let base = bytes.baseAddress else { return 0 }
        let quarter = bytes.count / 4 / 64 &* 64
        var a = Vector.zero, b = a, c = a, d = a
        var at = 0
        while at < quarter {
            a &+= (base + at).loadUnaligned(as: Vector.self)
            b &+= (base + (at &+ quarter)).loadUnaligned(as: Vector.self)
            c &+= (base + (at &+ 2 &* quarter)).loadUnaligned(as: Vector.self)
            d &+= (base + (at &+ 3 &* quarter)).loadUnaligned(as: Vector.self)
            at &+= 64
        }
        let sums = a &+ b &+ c &+ d
        var sum: UInt64 = 0
        for lane in 0..<8 { sum &+= sums[lane] }
        return sum
    }

    private static func inverseRootMeanSquare(_ x: UnsafePointer<Float>, count: Int, epsilon: Float) -> Float {
        1 / (dotProduct(x, x, count: count) / Float(count) + epsilon).squareRoot()
    }
}
