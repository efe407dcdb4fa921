/// An instruction set's inner loop of integer products.
///
/// Every kernel computes, for each weight row and row of activations, group after group: the exact integer sum of the
/// products that share a scale, then `sum = sum + Float(integer) * (weight scale * activation scale)`, fused where the processor
/// can; of a format with a minimum then `sum = sum + minimum * (activation scale * sum of the codes)`. So a result has the
/// same bits in every kernel, alone and in a batch.
package protocol IntegerKernel: Sendable {
    associatedtype Rows: PanelRows

    /// Weight rows that it multiplies at once; a panel.
    static var panelRows: Int { get }

    /// - Parameters:
    ///   - rows: `panelRows` weight rows.
    ///   - next: the first of those that follow, to be fetched meanwhile.
    static func rows(_ rows: UnsafePointer<UnsafeRawPointer>, next: UnsafeRawPointer) -> Rows

    /// For each row the sum of products of 16 weights with 16 codes of a token, and `offset`, which stands for what an
    /// unsigned weight has too much.
    static func dot<Format: IntegerFormat>(
        _: Format.Type, _ weights: FourWords<Rows.Words>, _ codes: UnsafePointer<Int8>, offset: Int32
    ) -> Rows.Words
}

extension IntegerKernel {
    /// One panel by some rows of activations.
    /// - Parameter sums: `[inputs, panelRows]`, to which the products are added.
    @inline(__always)
    static func multiply<Format: IntegerFormat>(
        _: Format.Type, rows: UnsafePointer<UnsafeRawPointer>, next: UnsafeRawPointer, by input: QuantizedRows,
        inputs: Range<Int>, addingTo sums: UnsafeMutablePointer<Float>
    ) {
        typealias Words = Rows.Words
        let rows = self.rows(rows, next: next)
        let sums = UnsafeMutableRawPointer(sums)
        for block in 0..<input.groups &* Group.count / Format.type.blockSize {
            Format.unpack(rows, block: block) { group, panel in
                for index in inputs {
                    let at = group &* input.count &+ index
                    let codes = input.codes + at &* Group.count
                    let place = sums + (index &- inputs.lowerBound) &* panelRows &* 4
                    var sum = place.loadUnaligned(as: Words.Floats.self)
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
                            let sums = input.weightedSums + 2 &* at
                            sum = Words.fusedSum(sum, panel.firstMinimum, Words.Floats(repeating: sums[0]))
                            sum = Words.fusedSum(sum, panel.secondMinimum, Words.Floats(repeating: sums[1]))
                        }
                    }
                    place.storeBytes(of: sum, as: Words.Floats.self)
                }
            }
        }
    }
}
