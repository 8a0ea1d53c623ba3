import torch
import torch.nn.functional as F


class DistillationTrainer:
    def __init__(self, student, teacher, alpha=0.5, temperature=2.0):
        self.student, self.teacher = student, teacher
        self.alpha, self.temperature = alpha, temperature

    def distillation_loss(self, student_logits, teacher_logits):
        # Soften probabilities and compute distillation loss
        return KLDivergence.apply(student_logits / self.temperature, teacher_logits / self.temperature) * (
            self.temperature**2
        )

    def compute_loss(self, inputs, labels):
        outputs_student = self.student(inputs)
        student_loss = F.cross_entropy(outputs_student, labels)
        with torch.no_grad():
            outputs_teacher = self.teacher(inputs)
        loss_logits = self.distillation_loss(outputs_student, outputs_teacher)
        # Return weighted student loss
        return self.alpha * student_loss + (1.0 - self.alpha) * loss_logits


class KLDivergence(torch.autograd.Function):
    """Of softmax(teacher) from softmax(student), averaged over the batch; no gradient for the teacher."""

    @staticmethod
    def forward(ctx, student, teacher):
        log_q, log_p = F.log_softmax(student, dim=-1), F.log_softmax(teacher, dim=-1)
        ctx.save_for_backward(log_q, log_p)
        return (log_p.exp() * (log_p - log_q)).sum() / len(student)

    @staticmethod
    def backward(ctx, grad_output):
        log_q, log_p = ctx.saved_tensors
        return grad_output * (log_q.exp() - log_p.exp()) / len(log_q), None


if __name__ == "__main__":
    torch.manual_seed(0)
    teacher = torch.nn.Sequential(torch.nn.Linear(5, 12), torch.nn.ReLU(), torch.nn.Linear(12, 3))
    trainer = DistillationTrainer(torch.nn.Linear(5, 3), teacher)
    optimizer = torch.optim.SGD(trainer.student.parameters(), lr=0.2)
    x = torch.randn(40, 5)
    for _ in range(20):
        optimizer.zero_grad()
        loss = trainer.compute_loss(x, teacher(x).argmax(dim=1))
        loss.backward()
        optimizer.step()
    print(loss.item())
