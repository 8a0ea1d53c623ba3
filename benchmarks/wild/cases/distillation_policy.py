import torch
import torch.nn.functional as F


class KnowledgeDistillationPolicy:
    """
    Distilling the knowledge in a neural network (Hinton, Vinyals and Dean, 2015): soft targets of a
    teacher at a temperature, beside the hard ones.
    """

    def __init__(self, student, teacher, temperature=1.0, student_weight=0.5, distillation_weight=0.5):
        self.student, self.teacher = student, teacher
        self.temperature = temperature
        self.student_weight, self.distillation_weight = student_weight, distillation_weight

    def forward(self, x):
        with torch.no_grad():
            self.last_teacher_logits = self.teacher(x)
        self.last_students_logits = self.student(x)
        return self.last_students_logits

    def soft_loss(self, student_logits, teacher_logits):
        soft_log_probs = F.log_softmax(student_logits / self.temperature, dim=1)
        soft_targets = F.softmax(teacher_logits / self.temperature, dim=1)
        return F.kl_div(soft_log_probs, soft_targets, reduction="batchmean")

    def before_backward_pass(self, labels):
        loss = F.cross_entropy(self.last_students_logits, labels)
        distillation_loss = self.soft_loss(self.last_students_logits, self.last_teacher_logits)
        return self.student_weight * loss + self.distillation_weight * distillation_loss


if __name__ == "__main__":
    torch.manual_seed(0)
    teacher = torch.nn.Sequential(torch.nn.Linear(4, 16), torch.nn.ReLU(), torch.nn.Linear(16, 3))
    student = torch.nn.Linear(4, 3)
    policy = KnowledgeDistillationPolicy(student, teacher, temperature=4.0)
    optimizer = torch.optim.SGD(student.parameters(), lr=0.5)
    x = torch.randn(50, 4)
    labels = teacher(x).argmax(dim=1)
    for _ in range(20):
        optimizer.zero_grad()
        policy.forward(x)
        loss = policy.before_backward_pass(labels)
        loss.backward()
        optimizer.step()
    print(loss.item())
