# r1_cuda: the CUDA part, a target of its own; absent where there is no nvcc.
