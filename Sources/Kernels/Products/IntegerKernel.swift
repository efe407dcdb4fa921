internal import GGUF
internal import TensorBase

/// How one instruction set multiplies a panel of weight rows by rows of activations.
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
    ///   - next: where prefetching begins: at the rows that follow, or some kilobytes further.
    static func rows(_ rows: UnsafePointer<UnsafeRawPointer>, next: UnsafeRawPointer) -> Panel

    /// For each row the sum of products of 16 weights with 16 codes of a token, plus `offset`, which removes the
    /// bias of unsigned weights.
    static func dot<Format: IntegerFormat>(
        _: Format.Type, _ weights: Bytes16<Panel.Words>, _ codes: UnsafePointer<Int8>, offset: Int32
    ) -> Panel.Words

    /// The same for the 32 weights of a group whose halves share a scale.
    static func dot<Format: IntegerFormat>(
        _: Format.Type, _ panel: PanelGroup<Panel.Words>, _ codes: UnsafePointer<Int8>, offset: Int32
    ) -> Panel.Words

    /// Whether `dots` of two rows of activations need fewer instructions than `dot` of each.
    static var takesPairs: Bool { get }

    /// The sums of a group for two rows of activations that follow each other.
    /// - Parameters:
    ///   - codes: 32 of each.
    ///   - offsets: as for `dot`: one of each, or two if the halves of a group have their own scales.
    static func dots<Format: IntegerFormat>(
        _: Format.Type, _ panel: PanelGroup<Panel.Words>, _ codes: UnsafePointer<Int8>,
        offsets: UnsafePointer<Int32>
    ) -> (GroupSums<Panel.Words>, GroupSums<Panel.Words>)
}

/// The integer sums of a group: of the whole group, or of each half if the halves have their own scales.
struct GroupSums<Words: PanelWords> {
    let first: Words
    /// Unused if the halves share a scale.
    let second: Words
}

// What kernels inherit.
extension IntegerKernel {
    static var takesPairs: Bool { false }

    @inline(__always)
    static func dot<Format: IntegerFormat>(
        _: Format.Type, _ panel: PanelGroup<Panel.Words>, _ codes: UnsafePointer<Int8>, offset: Int32
    ) -> Panel.Words {
        dot(Format.self, panel.first, codes, offset: offset) &+ dot(Format.self, panel.second, codes + 16, offset: 0)
    }

    @inline(__always)
    static func dots<Format: IntegerFormat>(
        _: Format.Type, _ panel: PanelGroup<Panel.Words>, _ codes: UnsafePointer<Int8>,
        offsets: UnsafePointer<Int32>
    ) -> (GroupSums<Panel.Words>, GroupSums<Panel.Words>) {
        (
            sums(Format.self, panel, codes, offsets),
            sums(Format.self, panel, codes + Group.count, offsets + Format.scalesPerGroup)
        )
    }

    /// The sums of a group for one row of activations.
    @inline(__always)
    private static func sums<Format: IntegerFormat>(
        _: Format.Type, _ panel: PanelGroup<Panel.Words>, _ codes: UnsafePointer<Int8>, _ offsets: UnsafePointer<Int32>
    ) -> GroupSums<Panel.Words> {
        if Format.scalesPerGroup == 1 {
            return GroupSums(first: dot(Format.self, panel, codes, offset: offsets[0]), second: .zero)
        }
        return GroupSums(
            first: dot(Format.self, panel.first, codes, offset: offsets[0]),
            second: dot(Format.self, panel.second, codes + 16, offset: offsets[1]))
    }
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
                var inputs = inputs
                var place = sums
                if takesPairs {
                    for _ in 0..<inputs.count / 2 {
                        addPair(Format.self, panel, input, group &* input.count &+ inputs.lowerBound, to: place)
                        inputs = inputs.lowerBound &+ 2..<inputs.upperBound
                        place += 2 &* panelRows &* 4
                    }
                }
                for index in inputs {
                    let place = place + (index &- inputs.lowerBound) &* panelRows &* 4
                    let sum = place.loadUnaligned(as: Panel.Words.Floats.self)
                    place.storeBytes(
                        of: add(Format.self, panel, input, group &* input.count &+ index, to: sum),
                        as: Panel.Words.Floats.self)
                }
            }
        }
    }

    /// One group of a panel by those of two rows of activations, the `at`-th and the next.
    /// - Parameter place: where the sums of the first are stored, followed by those of the second.
    @inline(__always)
    private static func addPair<Format: IntegerFormat>(
        _: Format.Type, _ panel: PanelGroup<Panel.Words>, _ input: QuantizedRows, _ at: Int,
        to place: UnsafeMutableRawPointer
    ) {
        let (first, second) = dots(
            Format.self, panel, input.codes + at &* Group.count,
            offsets: input.offsets + at &* Format.scalesPerGroup)
        @inline(__always)
        func update(_ place: UnsafeMutableRawPointer, _ integers: GroupSums<Panel.Words>, _ at: Int) {
            let sum = place.loadUnaligned(as: Panel.Words.Floats.self)
            place.storeBytes(
                of: add(Format.self, integers, panel, input, at, to: sum), as: Panel.Words.Floats.self)
        }
        update(place, first, at)
        update(place + panelRows &* 4, second, at &+ 1)
    }

    /// One group of a panel by that of one row of activations, the `at`-th of all.
    @inline(__always)
    private static func add<Format: IntegerFormat>(
        _: Format.Type, _ panel: PanelGroup<Panel.Words>, _ input: QuantizedRows, _ at: Int, to sum: Panel.Words.Floats
    ) -> Panel.Words.Floats {
        let integers = sums(
            Format.self, panel, input.codes + at &* Group.count, input.offsets + at &* Format.scalesPerGroup)
        return add(Format.self, integers, panel, input, at, to: sum)
    }

    /// Adds the integer sums of a group times their scales, and what its minima come to.
    @inline(__always)
    private static func add<Format: IntegerFormat>(
        _: Format.Type, _ integers: GroupSums<Panel.Words>, _ panel: PanelGroup<Panel.Words>, _ input: QuantizedRows,
        _ at: Int, to sum: Panel.Words.Floats
    ) -> Panel.Words.Floats {
        typealias Words = Panel.Words
        var sum = Words.fusedSum(sum, integers.first.floats, panel.firstScale * input.scales[at])
        if Format.scalesPerGroup == 1 {
            if Format.hasMinimum {
                let codeSum = Words.Floats(repeating: input.weightedSums[at])
                sum = Words.fusedSum(sum, panel.firstMinimum, codeSum)
            }
        } else {
            sum = Words.fusedSum(sum, integers.second.floats, panel.secondScale * input.scales[at])
            if Format.hasMinimum {
                let codeSums = input.weightedSums + 2 &* at
                sum = Words.fusedSum(sum, panel.firstMinimum, Words.Floats(repeating: codeSums[0]))
                sum = Words.fusedSum(sum, panel.secondMinimum, Words.Floats(repeating: codeSums[1]))
            }
        }
        return sum
    }
}
