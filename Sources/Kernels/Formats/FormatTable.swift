internal import GGUF
internal import TensorBase

/// Something done with a format that is known at run time only.
protocol FormatVisitor {
    associatedtype Result
    func visit<Format: BlockFormat>(_: Format.Type) -> Result
}

/// The same for formats with integer products.
protocol IntegerFormatVisitor {
    associatedtype Result
    func visit<Format: IntegerFormat>(_: Format.Type) -> Result
}

/// The same for formats that can be written.
protocol EncodableFormatVisitor {
    associatedtype Result
    func visit<Format: EncodableFormat>(_: Format.Type) -> Result
}

/// Every format that kernels read. A switch rather than a table of metatypes: the compiler specialises the visitor for
/// each format, and no type metadata is needed at run time.
enum FormatTable {
    @inline(__always)
    static func visit<Visitor: FormatVisitor>(_ format: FormatID, _ visitor: Visitor) -> Visitor.Result? {
        switch format {
        case F32.type.id: visitor.visit(F32.self)
        case F16.type.id: visitor.visit(F16.self)
        case BF16.type.id: visitor.visit(BF16.self)
        case TBQ3_TCQ.type.id: visitor.visit(TBQ3_TCQ.self)
        default: visitInteger(format, AsInteger(visitor: visitor))
        }
    }

    @inline(__always)
    static func visitInteger<Visitor: IntegerFormatVisitor>(
        _ format: FormatID, _ visitor: Visitor
    ) -> Visitor.Result? {
        switch format {
        case Q8_0.type.id: visitor.visit(Q8_0.self)
        case Q4_0.type.id: visitor.visit(Q4_0.self)
        case Q4_1.type.id: visitor.visit(Q4_1.self)
        case Q5_0.type.id: visitor.visit(Q5_0.self)
        case Q5_1.type.id: visitor.visit(Q5_1.self)
        case Q2_K.type.id: visitor.visit(Q2_K.self)
        case Q3_K.type.id: visitor.visit(Q3_K.self)
        case Q4_K.type.id: visitor.visit(Q4_K.self)
        case Q5_K.type.id: visitor.visit(Q5_K.self)
        case Q6_K.type.id: visitor.visit(Q6_K.self)
        case IQ4_NL.type.id: visitor.visit(IQ4_NL.self)
        case IQ4_XS.type.id: visitor.visit(IQ4_XS.self)
        case IQ1_S.type.id: visitor.visit(IQ1_S.self)
        case IQ1_M.type.id: visitor.visit(IQ1_M.self)
        case IQ2_XXS.type.id: visitor.visit(IQ2_XXS.self)
        case IQ2_XS.type.id: visitor.visit(IQ2_XS.self)
        case IQ2_S.type.id: visitor.visit(IQ2_S.self)
        case IQ3_XXS.type.id: visitor.visit(IQ3_XXS.self)
        case IQ3_S.type.id: visitor.visit(IQ3_S.self)
        case MXFP4.type.id: visitor.visit(MXFP4.self)
        case NVFP4.type.id: visitor.visit(NVFP4.self)
        case TQ1_0.type.id: visitor.visit(TQ1_0.self)
        case TQ2_0.type.id: visitor.visit(TQ2_0.self)
        case Q1_0.type.id: visitor.visit(Q1_0.self)
        case Q2_0.type.id: visitor.visit(Q2_0.self)
        case TBQ3_0.type.id: visitor.visit(TBQ3_0.self)
        case TBQ4_0.type.id: visitor.visit(TBQ4_0.self)
        case TBQ3_K.type.id: visitor.visit(TBQ3_K.self)
        case TBQ4_K.type.id: visitor.visit(TBQ4_K.self)
        default: nil
        }
    }

    @inline(__always)
    static func visitEncodable<Visitor: EncodableFormatVisitor>(
        _ format: FormatID, _ visitor: Visitor
    ) -> Visitor.Result? {
        switch format {
        case F32.type.id: visitor.visit(F32.self)
        case F16.type.id: visitor.visit(F16.self)
        case BF16.type.id: visitor.visit(BF16.self)
        case Q8_0.type.id: visitor.visit(Q8_0.self)
        case Q4_0.type.id: visitor.visit(Q4_0.self)
        case Q4_1.type.id: visitor.visit(Q4_1.self)
        case Q5_0.type.id: visitor.visit(Q5_0.self)
        case Q5_1.type.id: visitor.visit(Q5_1.self)
        case Q2_K.type.id: visitor.visit(Q2_K.self)
        case Q3_K.type.id: visitor.visit(Q3_K.self)
        case Q4_K.type.id: visitor.visit(Q4_K.self)
        case Q5_K.type.id: visitor.visit(Q5_K.self)
        case Q6_K.type.id: visitor.visit(Q6_K.self)
        case IQ4_NL.type.id: visitor.visit(IQ4_NL.self)
        case IQ4_XS.type.id: visitor.visit(IQ4_XS.self)
        case IQ1_S.type.id: visitor.visit(IQ1_S.self)
        case IQ1_M.type.id: visitor.visit(IQ1_M.self)
        case IQ2_XXS.type.id: visitor.visit(IQ2_XXS.self)
        case IQ2_XS.type.id: visitor.visit(IQ2_XS.self)
        case IQ2_S.type.id: visitor.visit(IQ2_S.self)
        case IQ3_XXS.type.id: visitor.visit(IQ3_XXS.self)
        case IQ3_S.type.id: visitor.visit(IQ3_S.self)
        case TQ1_0.type.id: visitor.visit(TQ1_0.self)
        case TQ2_0.type.id: visitor.visit(TQ2_0.self)
        case MXFP4.type.id: visitor.visit(MXFP4.self)
        case NVFP4.type.id: visitor.visit(NVFP4.self)
        case Q1_0.type.id: visitor.visit(Q1_0.self)
        case Q2_0.type.id: visitor.visit(Q2_0.self)
        case TBQ3_0.type.id: visitor.visit(TBQ3_0.self)
        case TBQ4_0.type.id: visitor.visit(TBQ4_0.self)
        case TBQ3_K.type.id: visitor.visit(TBQ3_K.self)
        case TBQ4_K.type.id: visitor.visit(TBQ4_K.self)
        case TBQ3_TCQ.type.id: visitor.visit(TBQ3_TCQ.self)
        default: nil
        }
    }

    /// Every integer format is a block format.
    private struct AsInteger<Visitor: FormatVisitor>: IntegerFormatVisitor {
        let visitor: Visitor

        @inline(__always)
        func visit<Format: IntegerFormat>(_: Format.Type) -> Visitor.Result { visitor.visit(Format.self) }
    }
}
