internal import GGUF
internal import TensorBase

/// An instruction set's inner loop of integer products.
///
/// Every kernel computes, for each weight row and row of activations, group after group: the exact integer sum of the
/// products that share a scale, then `sum = sum + Float(integer) * (weight scale * activation scale)`, fused where the
/// build can; of a format with a minimum then `sum = sum + minimum * (activation scale * sum of the codes)`. So a
/// result has the same bits in every kernel of a build, alone and in a batch.
protocol IntegerKernel {
    associatedtype Panel: PanelRows

    /// Weight rows that it multiplies at once; a panel.
    static var panelRows: Int { get }

    /// - Parameters:
    ///   - rows: `panelRows` weight rows.
    ///   - next: the first of those that follow, to be fetched meanwhile.
    static func rows(_ rows: UnsafePointer<UnsafeRawPointer>, next: UnsafeRawPointer) -> Panel

    /// For each row the sum of products of 16 weights with 16 codes of a token, and `offset`, which stands for what an
    /// unsigned weight has too much.
    static func dot<Format: IntegerFormat>(
        _: Format.Type, _ weights: FourWords<Panel.Words>, _ codes: UnsafePointer<Int8>, offset: Int32
    ) -> Panel.Words
}

extension IntegerKernel {
    /// One panel by some rows of activations.
    /// - Parameter sums: `[inputs, panelRows]`, to which the products are added.
    @inline(__always)
    static func multiply<Format: IntegerFormat>(
        _: Format.Type, rows: UnsafePointer<UnsafeRawPointer>, next: UnsafeRawPointer, by input: QuantizedRows,
        inputs: Range<Int>, addingTo sums: UnsafeMutablePointer<Float>
    ) {
        let rows = self.rows(rows, next: next)
        let sums = UnsafeMutableRawPointer(sums)
        let blocks = input.groups &* Group.count / Format.type.blockSize
        if inputs.count == 1 {
            // A sum that stays in its register: through memory each group would wait for the one before.
            var sum = sums.loadUnaligned(as: Panel.Words.Floats.self)
            for block in 0..<blocks {
                Format.unpack(rows, block: block) { group, panel in
                    sum = add(Format.self, panel, input, group &* input.count &+ inputs.lowerBound, to: sum)
                }
            }
            return sums.storeBytes(of: sum, as: Panel.Words.Floats.self)
        }
        for block in 0..<blocks {
            Format.unpack(rows, block: block) { group, panel in
                for index in inputs {
                    let place = sums + (index &- inputs.lowerBound) &* panelRows &* 4
                    let sum = place.loadUnaligned(as: Panel.Words.Floats.self)
                    place.storeBytes(
                        of: add(Format.self, panel, input, group &* input.count &+ index, to: sum),
                        as: Panel.Words.Floats.self)
                }
            }
        }
    }

    /// One group of a panel by that of one row of activations, the `at`-th of all.
    @inline(__always)
    private static func add<Format: IntegerFormat>(
        _: Format.Type, _ panel: PanelGroup<Panel.Words>, _ input: QuantizedRows, _ at: Int, to sum: Panel.Words.Floats
    ) -> Panel.Words.Floats {
        typealias Words = Panel.Words
        let codes = input.codes + at &* Group.count
        var sum = sum
        if Format.scalesPerGroup == 1 {
            let integers =
                dot(Format.self, panel.first, codes, offset: input.offsets[at])
                &+ dot(Format.self, panel.second, codes + 16, offset: 0)
            sum = Words.fusedSum(sum, integers.floats, panel.firstScale * input.scales[at])
            if Format.hasMinimum {
                let codeSum = Words.Floats(repeating: input.weightedSums[at])
                sum = Words.fusedSum(sum, panel.firstMinimum, codeSum)
            }
        } else {
            let first = dot(Format.self, panel.first, codes, offset: input.offsets[2 &* at])
            sum = Words.fusedSum(sum, first.floats, panel.firstScale * input.scales[at])
            let second = dot(Format.self, panel.second, codes + 16, offset: input.offsets[2 &* at &+ 1])
            sum = Words.fusedSum(sum, second.floats, panel.secondScale * input.scales[at])
            if Format.hasMinimum {
                let codeSums = input.weightedSums + 2 &* at
                sum = Words.fusedSum(sum, panel.firstMinimum, Words.Floats(repeating: codeSums[0]))
                sum = Words.fusedSum(sum, panel.secondMinimum, Words.Floats(repeating: codeSums[1]))
            }
        }
        return sum
    }
}
