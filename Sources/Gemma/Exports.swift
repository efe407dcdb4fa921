public import Assistant
// Messages and replies are the users' own, with all their members.
@_exported public import Chat
@_exported public import ChatTemplate
public import Constraint
public import GGUF
public import Gemma4
@_exported public import JSON
public import Sampling
public import Speculative
public import Tensor
public import Tokenizer

// What users of `Gemma` catch and set, so that they need not import the modules below it.

/// Why a file cannot be read, or not be used.
public typealias GGUFError = GGUF.GGUFError
/// Why something cannot be computed: a type without kernels, or memory that is short.
public typealias TensorError = Tensor.TensorError
/// Why a file has no vocabulary that can be used, or a prompt no tokens.
public typealias TokenizerError = Tokenizer.TokenizerError
/// Why a file is not a model that can be run, or the model cannot do what is asked of it: `contextFull` for instance.
public typealias ModelError = Gemma4.ModelError
/// Why the kernels that `GEMMA_CPU` asks for cannot be used.
public typealias KernelError = Tensor.KernelError
/// Why a saved text cannot be used, or a text not be saved.
public typealias CacheFileError = Gemma4.CacheFileError
/// Why a drafter does not fit a model.
public typealias PairError = Assistant.PairError
/// Why a constraint cannot be used, or a text cannot go on within it.
public typealias ConstraintError = Constraint.ConstraintError
/// A sampling option outside its range.
public typealias SamplingError = Sampling.SamplingError

/// How the numbers of a tensor are stored: `q8_0`, `bf16`, …
public typealias TensorType = GGUF.TensorType
/// How the keys or values of earlier tokens are stored. Fewer bits take less memory, and change the text a little.
public typealias CacheType = Tensor.CacheType
/// The number of a token in the vocabulary.
public typealias TokenID = Tokenizer.TokenID
/// How tokens are drawn, with a value for every option.
public typealias SamplingOptions = Sampling.SamplingOptions
/// A step of the chain by which tokens are drawn.
public typealias SamplerKind = Sampling.SamplerKind
/// What a text must be: JSON of a schema, or what a grammar, a regular expression or a list of choices describes.
public typealias TextConstraint = Constraint.TextConstraint
/// How many drafts a round has: a number, or as many as pay.
public typealias DraftLength = Speculative.DraftLength
/// How the random draws of a drafter and of its target hang together.
public typealias DraftCoupling = Speculative.DraftCoupling
/// Figures of drafting: how much was drafted and accepted, and what it took.
public typealias SpeculationStatistics = Speculative.SpeculationStatistics
/// The estimates by which the number of drafts is chosen.
public typealias DraftEstimates = Speculative.DraftEstimates
/// What a model is to continue, in parts that say which special tokens may be made of them.
public typealias RawPrompt = Tokenizer.RawPrompt
