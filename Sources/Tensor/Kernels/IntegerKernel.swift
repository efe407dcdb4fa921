/// An instruction set's inner loop of integer products.
///
/// Every kernel computes, for each weight row and row of activations, group after group: the exact integer sum of the
/// products that share a scale, then `sum = sum + Float(integer) * (weight scale * activation scale)`, fused where the build
/// can; of a format with a minimum then `sum = sum + minimum * (activation scale * sum of the codes)`. So a result has the
/// same bits in every kernel of a build, alone and in a batch.
package protocol IntegerKernel: Sendable {
    associatedtype Rows: PanelRows
    /// A group's weights, arranged for `dots`.
    associatedtype Arranged = PanelGroup<Rows.Words>

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

    /// Rows of activations that `dots` takes at once; 1 for a kernel that has only `dot`.
    static var inputsAtOnce: Int { get }

    /// What is done to a group's weights once for all calls of `dots`.
    static func arrange<Format: IntegerFormat>(_: Format.Type, _ panel: PanelGroup<Rows.Words>) -> Arranged

    /// The integer sums of a group for `inputsAtOnce` rows of activations that follow each other.
    /// - Parameters:
    ///   - codes: 32 of each row of activations.
    ///   - offsets: as for `dot`; one, or one for each half of the group.
    ///   - body: takes the number of the row of activations, and its sums. Where the halves of a group have their own
    ///     scales, they are the sums of each half; otherwise the first is that of the whole group.
    static func dots<Format: IntegerFormat>(
        _: Format.Type, _ weights: Arranged, _ codes: UnsafePointer<Int8>, offsets: UnsafePointer<Int32>,
        _ body: (_ input: Int, _ sums: Rows.Words, _ secondSums: Rows.Words) -> Void)
}

extension IntegerKernel {
    package static var inputsAtOnce: Int { 1 }
}

extension IntegerKernel where Arranged == PanelGroup<Rows.Words> {
    @inline(__always)
    package static func arrange<Format: IntegerFormat>(
        _: Format.Type, _ panel: PanelGroup<Rows.Words>
    ) -> PanelGroup<Rows.Words> { panel }

    @inline(__always)
    package static func dots<Format: IntegerFormat>(
        _: Format.Type, _ weights: PanelGroup<Rows.Words>, _ codes: UnsafePointer<Int8>,
        offsets: UnsafePointer<Int32>, _ body: (Int, Rows.Words, Rows.Words) -> Void
    ) {
        let (first, second) = sums(Format.self, weights, codes, offsets: offsets)
        body(0, first, second)
    }
}

extension IntegerKernel {
    /// The integer sums of a group by one row of activations, as `dots` gives them.
    @inline(__always)
    fileprivate static func sums<Format: IntegerFormat>(
        _: Format.Type, _ panel: PanelGroup<Rows.Words>, _ codes: UnsafePointer<Int8>, offsets: UnsafePointer<Int32>
    ) -> (Rows.Words, Rows.Words) {
        let first = dot(Format.self, panel.first, codes, offset: offsets[0])
        if Format.scalesPerGroup == 1 {
            return (first &+ dot(Format.self, panel.second, codes + 16, offset: 0), .zero)
        }
        return (first, dot(Format.self, panel.second, codes + 16, offset: offsets[1]))
    }

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
            var sum = sums.loadUnaligned(as: Rows.Words.Floats.self)
            for block in 0..<blocks {
                Format.unpack(rows, block: block) { group, panel in
                    sum = add(Format.self, panel, input, group &* input.count &+ inputs.lowerBound, to: sum)
                }
            }
            return sums.storeBytes(of: sum, as: Rows.Words.Floats.self)
        }
        // Kernels that take several rows of activations at once take the rest one by one.
        let inWhole = inputsAtOnce > 1 ? inputs.count / inputsAtOnce &* inputsAtOnce : 0
        for block in 0..<blocks {
            Format.unpack(rows, block: block) { group, panel in
                let at = group &* input.count &+ inputs.lowerBound
                @inline(__always)
                func update(_ index: Int, _ first: Rows.Words, _ second: Rows.Words) {
                    let place = sums + index &* panelRows &* 4
                    let sum = place.loadUnaligned(as: Rows.Words.Floats.self)
                    place.storeBytes(
                        of: scaled(Format.self, first, second, panel, input, at &+ index, addingTo: sum),
                        as: Rows.Words.Floats.self)
                }
                if inputsAtOnce > 1, inWhole > 0 {
                    let arranged = arrange(Format.self, panel)
                    var first = 0
                    repeat {
                        dots(
                            Format.self, arranged, input.codes + (at &+ first) &* Group.count,
                            offsets: input.offsets + (at &+ first) &* Format.scalesPerGroup
                        ) { update(first &+ $0, $1, $2) }
                        first &+= inputsAtOnce
                    } while first < inWhole
                }
                for index in inputs.lowerBound &+ inWhole..<inputs.upperBound {
                    let place = sums + (index &- inputs.lowerBound) &* panelRows &* 4
                    let sum = place.loadUnaligned(as: Rows.Words.Floats.self)
                    place.storeBytes(
                        of: add(Format.self, panel, input, group &* input.count &+ index, to: sum),
                        as: Rows.Words.Floats.self)
                }
            }
        }
    }

    /// One group of a panel by that of one row of activations, the `at`-th of all.
    @inline(__always)
    private static func add<Format: IntegerFormat>(
        _: Format.Type, _ panel: PanelGroup<Rows.Words>, _ input: QuantizedRows, _ at: Int, to sum: Rows.Words.Floats
    ) -> Rows.Words.Floats {
        let (first, second) = sums(
            Format.self, panel, input.codes + at &* Group.count,
            offsets: input.offsets + at &* Format.scalesPerGroup)
        return scaled(Format.self, first, second, panel, input, at, addingTo: sum)
    }

    /// Adds a group's integer sums times the scales, and the minima times the sums of the codes.
    @inline(__always)
    private static func scaled<Format: IntegerFormat>(
        _: Format.Type, _ first: Rows.Words, _ second: Rows.Words, _ panel: PanelGroup<Rows.Words>,
        _ input: QuantizedRows, _ at: Int, addingTo sum: Rows.Words.Floats
    ) -> Rows.Words.Floats {
        typealias Words = Rows.Words
        var sum = Words.fusedSum(sum, first.floats, panel.firstScale * input.scales[at])
        if Format.scalesPerGroup == 1 {
            if Format.hasMinimum {
                let codeSum = Words.Floats(repeating: input.weightedSums[at])
                sum = Words.fusedSum(sum, panel.firstMinimum, codeSum)
            }
        } else {
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
